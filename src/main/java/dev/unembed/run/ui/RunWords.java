package dev.unembed.run.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.run.RunClaims;
import dev.unembed.run.RunDetails;
import dev.unembed.run.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Runs in words: kinds, states, times. */
final class RunWords {
    private RunWords() {}

    /** A kind as it is called on pages: {@code logit-lens} becomes {@code Logit lens}. */
    static String kind(String kind) {
        String words = kind.replace('-', ' ');
        return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    static String status(RunStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** {@code queued · 3rd}, {@code running · 40 %}, {@code cancelling …}, {@code failed}. */
    static String state(RunDetails run) {
        if (run.cancelRequested() && !run.status().isFinal()) {
            return "cancelling …";
        }
        return switch (run.status()) {
            case QUEUED -> run.queuePosition() == null ? "queued" : "queued · " + ordinal(run.queuePosition());
            case RUNNING -> run.total() <= 0 ? "running" : "running · " + percent(run) + " %";
            case SUCCEEDED, FAILED, CANCELLED -> status(run.status());
        };
    }

    /** What is left of a run that was stopped before it had a result. */
    static String kept(RunDetails run) {
        RunDetails.Checkpoint checkpoint = run.checkpoint();
        if (checkpoint == null) {
            return "It has no result, and nothing of it was kept.";
        }
        String share = checkpoint.total() <= 0
                ? "A part of it"
                : Math.clamp(100 * checkpoint.done() / checkpoint.total(), 0, 100) + " % of it";
        return "It has no result yet. " + share + " was computed and is kept for "
                + Figures.counted(RunClaims.CHECKPOINT_KEPT.toDays(), "day")
                + ": resumed, it goes on from there and ends in the same numbers.";
    }

    /** How a run measured the effects of components, for a list of such runs. */
    static String measured(RunDetails run) {
        String how = run.kind().equals("circuit-test")
                ? "circuit test, its nodes taken out one by one"
                : "head patching, " + run.params().path("direction").asText();
        String positions = run.params().path("positions").asText();
        return run.title() + " · " + how
                + (run.kind().equals("circuit-test") || positions.equals("all") ? "" : ", positions: " + positions);
    }

    static int percent(RunDetails run) {
        return run.total() <= 0 ? 0 : (int) Math.clamp(100 * run.done() / run.total(), 0, 100);
    }

    static Component chip(RunDetails run) {
        String words = state(run);
        return switch (run.status()) {
            case QUEUED, CANCELLED -> Parts.chip(words);
            case RUNNING -> Parts.chip(words, "accent");
            // green is for checks that ran: a finished run is merely finished
            case SUCCEEDED -> Parts.chip("done");
            case FAILED -> Parts.chip(words, "bad");
        };
    }

    static String ordinal(int number) {
        String suffix = number % 100 >= 11 && number % 100 <= 13
                ? "th"
                : switch (number % 10) {
                    case 1 -> "st";
                    case 2 -> "nd";
                    case 3 -> "rd";
                    default -> "th";
                };
        return number + suffix;
    }

    /** {@code 0.9 s on cpu-1}, or nothing before it ended. */
    static String took(RunDetails run) {
        Instant started = run.startedAt();
        Instant finished = run.finishedAt();
        if (started == null || finished == null) {
            return "";
        }
        String time = Figures.duration(Duration.between(started, finished));
        return run.worker() == null ? time : time + " on " + run.worker();
    }

    static String address(long runId) {
        return "runs/" + runId;
    }
}
