package dev.unembed.run.ui;

import dev.unembed.run.RunDetails;
import dev.unembed.run.RunService.RunPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows by position over pages that only know what comes next: the service pages by key, a grid asks by offset. Pages are
 * fetched as far as somebody scrolled and kept until {@link #forget}.
 */
final class RunRows {
    static final int PAGE = 100;

    private final BiFunction<Integer, @Nullable String, RunPage> fetch;
    private final List<RunDetails> rows = new ArrayList<>();
    private @Nullable String next;
    private boolean complete;

    /** @param fetch a page of at most so many rows, from this cursor on (null: from the start) */
    RunRows(BiFunction<Integer, @Nullable String, RunPage> fetch) {
        this.fetch = fetch;
    }

    List<RunDetails> slice(int offset, int limit) {
        while (rows.size() < offset + limit && !complete) {
            RunPage page = fetch.apply(PAGE, next);
            rows.addAll(page.runs());
            next = page.next();
            complete = next == null;
        }
        int from = Math.min(offset, rows.size());
        return List.copyOf(rows.subList(from, Math.min(rows.size(), from + limit)));
    }

    Optional<RunDetails> find(long id) {
        return rows.stream().filter(run -> run.id() == id).findFirst();
    }

    /** Puts a newer state in place of the row with the same id; false if there is none. */
    boolean replace(RunDetails run) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).id() == run.id()) {
                rows.set(i, run);
                return true;
            }
        }
        return false;
    }

    void forget() {
        rows.clear();
        next = null;
        complete = false;
    }
}
