package dev.unembed.run.ui;

import com.vaadin.flow.router.QueryParameters;
import dev.unembed.run.RunFilter;
import dev.unembed.run.RunStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which analyses the list shows and in which order: what its address says. Null means any. */
record ListState(
        @Nullable String q,
        @Nullable RunStatus status,
        @Nullable String model,
        @Nullable String tag,
        @Nullable String author,
        @Nullable String kind,
        String sort) {

    static final String NEWEST_FIRST = "-created";
    static final ListState EVERYTHING = new ListState(null, null, null, null, null, null, NEWEST_FIRST);

    private static final Set<String> SORTS =
            Set.of("created", NEWEST_FIRST, "title", "-title", "finished", "-finished");
    private static final int LONGEST = 200;

    /** Reads an address; what can't be understood means any. */
    static ListState of(Map<String, List<String>> parameters) {
        String sort = first(parameters, "sort");
        return new ListState(
                first(parameters, "q"),
                status(first(parameters, "status")),
                first(parameters, "model"),
                first(parameters, "tag"),
                first(parameters, "author"),
                first(parameters, "kind"),
                sort != null && SORTS.contains(sort) ? sort : NEWEST_FIRST);
    }

    /** The parameters {@link #of} reads back; defaults are left out. */
    QueryParameters parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        put(parameters, "q", q);
        put(parameters, "status", status == null ? null : status.name().toLowerCase(Locale.ROOT));
        put(parameters, "model", model);
        put(parameters, "tag", tag);
        put(parameters, "author", author);
        put(parameters, "kind", kind);
        if (!sort.equals(NEWEST_FIRST)) {
            parameters.put("sort", sort);
        }
        return QueryParameters.simple(parameters);
    }

    RunFilter filter(long workspaceId, int limit, @Nullable String cursor) {
        return new RunFilter(workspaceId, kind, model, status, tag, author, q, sort, limit, cursor);
    }

    boolean isFiltered() {
        return !withSort(NEWEST_FIRST).equals(EVERYTHING);
    }

    ListState withQ(@Nullable String text) {
        return new ListState(blankToNull(text), status, model, tag, author, kind, sort);
    }

    ListState withStatus(@Nullable RunStatus chosen) {
        return new ListState(q, chosen, model, tag, author, kind, sort);
    }

    ListState withModel(@Nullable String chosen) {
        return new ListState(q, status, blankToNull(chosen), tag, author, kind, sort);
    }

    ListState withTag(@Nullable String chosen) {
        return new ListState(q, status, model, blankToNull(chosen), author, kind, sort);
    }

    ListState withAuthor(@Nullable String chosen) {
        return new ListState(q, status, model, tag, blankToNull(chosen), kind, sort);
    }

    ListState withKind(@Nullable String chosen) {
        return new ListState(q, status, model, tag, author, blankToNull(chosen), sort);
    }

    ListState withSort(String chosen) {
        return new ListState(q, status, model, tag, author, kind, chosen);
    }

    /** A click on a heading: its own direction first, then the other one. */
    ListState sortedBy(String descendingOrNot) {
        String other = descendingOrNot.startsWith("-") ? descendingOrNot.substring(1) : "-" + descendingOrNot;
        return withSort(sort.equals(descendingOrNot) ? other : descendingOrNot);
    }

    private static @Nullable RunStatus status(@Nullable String text) {
        for (RunStatus status : RunStatus.values()) {
            if (status.name().equalsIgnoreCase(text)) {
                return status;
            }
        }
        return null;
    }

    private static void put(Map<String, String> parameters, String name, @Nullable String value) {
        if (value != null) {
            parameters.put(name, value);
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
