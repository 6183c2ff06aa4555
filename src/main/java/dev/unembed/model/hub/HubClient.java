package dev.unembed.model.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one hub on behalf of one download.
 *
 * <p>Redirects are followed here and not by the HTTP client, because the token must not go along: it is sent to the hub's
 * own origin (scheme, host and port) and to nobody else, and never from https to http.
 */
final class HubClient {
    /**
     * An answer's last hop.
     *
     * @param linked the checksum that the hub names when it redirects to where the bytes lie
     * @param body to be closed by the caller
     */
    record Answer(int status, HttpHeaders headers, Optional<Checksum> linked, InputStream body)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 6;
    private static final int MOST_PAGES = 50;
    private static final int MOST_JSON_BYTES = 32 << 20;
    private static final Pattern NEXT_PAGE = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40,64}");

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    private final HubSettings settings;
    private final @Nullable HubToken token;
    private final DownloadMeter meter;
    private final Retries.Sleeper sleeper;
    private final HubRefusals refusals;

    HubClient(HubSettings settings, @Nullable HubToken token, DownloadMeter meter, Retries.Sleeper sleeper) {
        this.settings = settings;
        this.token = token;
        this.meter = meter;
        this.sleeper = sleeper;
        this.refusals = new HubRefusals(settings, token != null);
    }

    Retries retries() {
        return new Retries(settings, meter, sleeper);
    }

    HubRefusals refusals() {
        return refusals;
    }

    /** The commit that a revision means now. */
    String commit(HubModel model) throws InterruptedException {
        URI uri = below(settings.url(), "api/models/" + model.id() + "/revision/" + encoded(model.revision()));
        String commit = json(uri, model, page -> page.path("sha").asText());
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubFailure(model + ": " + settings.host() + " names no commit for this revision (sha is '"
                    + commit + "'). Check unembed.hub.url: it must be a hub's address.");
        }
        return commit;
    }

    HubListing listing(HubModel model, String commit) throws InterruptedException {
        List<JsonNode> pages = new ArrayList<>();
        Optional<URI> next = Optional.of(below(settings.url(), "api/models/" + model.id() + "/tree/" + commit));
        while (next.isPresent() && pages.size() < MOST_PAGES) {
            URI uri = next.get();
            next = request(uri, model, answer -> {
                pages.add(read(answer, model));
                return nextPage(uri, answer.headers());
            });
        }
        return new HubListing(model, pages);
    }

    URI file(HubModel model, String commit, String name) {
        return below(settings.url(), model.id() + "/resolve/" + commit + "/" + name);
    }

    /**
     * One attempt at a file, from a byte on; whatever the final status is.
     *
     * @throws IOException when there is no answer
     */
    Answer get(URI uri, long fromByte) throws IOException, InterruptedException {
        Optional<Checksum> linked = Optional.empty();
        URI at = uri;
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(at, fromByte);
            HttpHeaders headers = response.headers();
            if (linked.isEmpty()) {
                linked = headers.firstValue("X-Linked-Etag").flatMap(Checksum::of);
            }
            Optional<String> location = headers.firstValue("Location");
            if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
                return new Answer(
                        response.statusCode(), headers, linked, new GuardedStream(response.body(), settings.silence()));
            }
            response.body().close();
            at = followed(at, location.get());
        }
        throw new HubFailure(uri + ": more than " + MOST_REDIRECTS + " redirects. Check unembed.hub.url.");
    }

    private HttpResponse<InputStream> send(URI uri, long fromByte) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(settings.silence())
                .header("User-Agent", "unembed")
                // a compressed answer has other byte positions
                .header("Accept-Encoding", "identity");
        if (token != null && sameOrigin(uri, settings.url())) {
            request.header("Authorization", token.authorization());
        }
        if (fromByte > 0) {
            request.header("Range", "bytes=" + fromByte + "-");
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static URI followed(URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubFailure(from.getHost() + " redirects to what is no address.", e);
        }
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        boolean weaker = from.getScheme().equalsIgnoreCase("https") && !scheme.equals("https");
        if (weaker || to.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new HubFailure(from.getHost() + " redirects from " + from.getScheme() + " to " + scheme + "://"
                    + to.getHost() + ", which isn't followed.");
        }
        return to;
    }

    static boolean sameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    @FunctionalInterface
    private interface Reader<T> {
        T read(Answer answer) throws IOException;
    }

    private <T> T json(URI uri, HubModel model, Function<JsonNode, T> reader) throws InterruptedException {
        return request(uri, model, answer -> reader.apply(read(answer, model)));
    }

    private <T> T request(URI uri, HubModel model, Reader<T> reader) throws InterruptedException {
        Retries retries = retries();
        while (true) {
            try (Answer answer = get(uri, 0)) {
                if (answer.status() != 200) {
                    throw refusals.of(answer.status(), answer.headers(), model, null);
                }
                return reader.read(answer);
            } catch (TryAgain e) {
                retries.failed(model.toString(), String.valueOf(e.getMessage()), e.pause);
            } catch (IOException e) {
                retries.failed(model.toString(), why(e), null);
            }
        }
    }

    private JsonNode read(Answer answer, HubModel model) throws IOException {
        byte[] bytes = answer.body().readNBytes(MOST_JSON_BYTES);
        try {
            return JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new HubFailure(
                    model + ": " + settings.host() + " doesn't answer as a hub does (no JSON). Check unembed.hub.url.",
                    e);
        }
    }

    private static Optional<URI> nextPage(URI uri, HttpHeaders headers) {
        Matcher link = NEXT_PAGE.matcher(headers.firstValue("Link").orElse(""));
        return link.find() ? Optional.of(followed(uri, link.group(1))) : Optional.empty();
    }

    /** A network failure as the end of a sentence. */
    static String why(IOException e) {
        return switch (e) {
            case HttpConnectTimeoutException _ -> "no connection within " + CONNECT.toSeconds() + " s";
            case HttpTimeoutException _ -> "no answer in time";
            case ConnectException _ -> "the hub can't be reached";
            case UnknownHostException _ -> "the hub's name isn't known here";
            default -> "the connection broke" + (e.getMessage() == null ? "" : " (" + e.getMessage() + ")");
        };
    }

    static URI below(URI base, String path) {
        return URI.create(base.toString().replaceFirst("/+$", "") + "/" + path);
    }

    private static String encoded(String revision) {
        return URLEncoder.encode(revision, StandardCharsets.UTF_8);
    }
}
