package dev.unembed.run;

import java.util.List;

/**
 * Which kinds of runs say something about the same components in another way: an attribution tells what each votes
 * (directly, with the final norm frozen), a patching of heads or a circuit test what each does (causally, through
 * everything that follows). Held against each other they must be about the same prompts and the same logit difference.
 */
public final class Counterparts {
    private static final String VOTING = "attribution";
    private static final String PATCHING = "patching";
    private static final String CIRCUIT_TEST = "circuit-test";

    private Counterparts() {}

    /** Whether a run tells votes on a logit difference. */
    public static boolean hasVotes(RunDetails run) {
        return run.kind().equals(VOTING) && is(run, "metric", "logit-diff");
    }

    /** Whether a run measures effects of single components. */
    public static boolean hasEffects(RunDetails run) {
        return run.kind().equals(CIRCUIT_TEST) || run.kind().equals(PATCHING) && is(run, "site", "head");
    }

    /** The kinds among which counterparts are found; none where a run has no votes and no effects. */
    static List<String> kinds(RunDetails run) {
        return hasVotes(run) ? List.of(PATCHING, CIRCUIT_TEST) : hasEffects(run) ? List.of(VOTING) : List.of();
    }

    private static boolean is(RunDetails run, String parameter, String value) {
        return run.params().path(parameter).asText().equals(value);
    }
}
