package dev.unembed.model.hub;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a hub's refusals mean for the one who asked, and what to do. */
final class HubRefusals {
    private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HubSettings settings;
    private final boolean withToken;

    HubRefusals(HubSettings settings, boolean withToken) {
        this.settings = settings;
        this.withToken = withToken;
    }

    /**
     * @param file null when the model itself was asked for
     * @throws TryAgain for what passes by itself
     * @throws HubFailure for everything else
     */
    RuntimeException of(int status, HttpHeaders headers, HubModel model, @Nullable String file) throws TryAgain {
        if (PASSING.contains(status)) {
            throw new TryAgain(
                    "the hub answered " + status + (status == 429 ? " (too many requests)" : ""), retryAfter(headers));
        }
        String code = headers.firstValue("X-Error-Code").orElse("");
        return new HubFailure(
                switch (status) {
                    case 401 -> unauthorized(model);
                    case 403 -> forbidden(model);
                    case 404 -> notFound(model, file, code);
                    case 416 ->
                        model + ": the hub refuses the requested part of " + file
                                + " (416), even from its start. Remove the download and start it again.";
                    default ->
                        model + ": " + settings.host() + " answered " + status + " for "
                                + (file == null ? "the model" : file)
                                + ", which isn't expected. Check unembed.hub.url.";
                });
    }

    private String unauthorized(HubModel model) {
        return withToken
                ? model + ": " + settings.host()
                        + " refuses the token (401). It may be mistyped, expired or without the"
                        + " right to read; make a new one in the settings there and resume with it."
                : model + ": " + settings.host() + " wants to know who asks (401). Either there is no such model, or it"
                        + " is private or gated: check the id, or resume with a token of an account that has access.";
    }

    private String forbidden(HubModel model) {
        return withToken
                ? model
                        + ": the account of this token has no access (403). Ask for it, or accept the model's terms, at "
                        + page(model) + "; then resume."
                : model + ": access is restricted (403). Accept the model's terms at " + page(model)
                        + " and resume with a token of that account.";
    }

    private String notFound(HubModel model, @Nullable String file, String code) {
        if (file != null) {
            return model + ": the file " + file + " is listed but not there (404). Start the download again; the model"
                    + " may have been changed.";
        }
        if (code.equals("RevisionNotFound")) {
            return model.id() + " has no revision '" + model.revision()
                    + "' (404). Give a branch, tag or commit of it, such as main; see " + page(model) + ".";
        }
        return "There is no model " + model.id() + " on " + settings.host() + ", or it has no revision '"
                + model.revision() + "' (404). Check the spelling: owner/name, as in its address there.";
    }

    private String page(HubModel model) {
        return HubClient.below(settings.url(), model.id()).toString();
    }

    /** Seconds, or a date: both are allowed. */
    static @Nullable Duration retryAfter(HttpHeaders headers) {
        String value = headers.firstValue("Retry-After").orElse("").strip();
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        String date = headers.firstValue("Date").orElse("");
        try {
            // against the hub's own clock, so that ours may be wrong
            Duration until = Duration.between(
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME),
                    ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
