package dev.unembed.hypothesis.ui;

import com.vaadin.flow.router.QueryParameters;
import dev.unembed.engine.InvalidInput;
import dev.unembed.hypothesis.HypothesisFilter;
import dev.unembed.hypothesis.HypothesisState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which hypotheses the list shows: what its address says. Null means any. */
record HypothesisListState(
        @Nullable String q,
        @Nullable HypothesisState state,
        @Nullable String model) {
    static final HypothesisListState EVERYTHING = new HypothesisListState(null, null, null);
    private static final int LONGEST = 200;

    /** Reads an address; what can't be understood means any. */
    static HypothesisListState of(Map<String, List<String>> parameters) {
        return new HypothesisListState(
                first(parameters, "q"), state(first(parameters, "state")), first(parameters, "model"));
    }

    QueryParameters parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (q != null) {
            parameters.put("q", q);
        }
        if (state != null) {
            parameters.put("state", state.text());
        }
        if (model != null) {
            parameters.put("model", model);
        }
        return QueryParameters.simple(parameters);
    }

    HypothesisFilter filter(long workspaceId, int limit, @Nullable Long before) {
        return new HypothesisFilter(workspaceId, model, state, q, limit, before);
    }

    boolean isFiltered() {
        return !equals(EVERYTHING);
    }

    HypothesisListState withQ(@Nullable String text) {
        return new HypothesisListState(blankToNull(text), state, model);
    }

    HypothesisListState withState(@Nullable HypothesisState chosen) {
        return new HypothesisListState(q, chosen, model);
    }

    HypothesisListState withModel(@Nullable String chosen) {
        return new HypothesisListState(q, state, blankToNull(chosen));
    }

    private static @Nullable HypothesisState state(@Nullable String text) {
        try {
            return text == null ? null : HypothesisState.parse(text);
        } catch (InvalidInput unknown) {
            return null;
        }
    }

    private static @Nullable String first(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        String value = values.isEmpty() ? null : blankToNull(values.getFirst());
        return value == null || value.length() <= LONGEST ? value : value.substring(0, LONGEST);
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
