package dev.unembed.promptset.ui;

import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.promptset.Origin;
import dev.unembed.promptset.VersionDetails;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A version's examples while they are changed, before they are saved as the next one. */
final class Draft {
    private final VersionDetails base;
    private final List<PromptExample> examples;
    private @Nullable Origin origin;

    Draft(VersionDetails base) {
        this.base = base;
        this.examples = new ArrayList<>(base.list());
    }

    VersionDetails base() {
        return base;
    }

    List<PromptExample> examples() {
        return List.copyOf(examples);
    }

    /** How the examples as they stand were made by a generator; null where hands had a part in it. */
    @Nullable
    Origin origin() {
        return origin;
    }

    boolean isChanged() {
        return !examples.equals(base.list());
    }

    void replace(int index, PromptExample example) {
        examples.set(index, example);
        origin = null;
    }

    void add(Collection<PromptExample> more) {
        examples.addAll(more);
        origin = null;
    }

    /** Everything is another generation's. */
    void generated(List<PromptExample> made, Origin by) {
        examples.clear();
        examples.addAll(made);
        origin = by;
    }

    void remove(Collection<Integer> indices) {
        Set<Integer> gone = new HashSet<>(indices);
        List<PromptExample> left = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if (!gone.contains(i)) {
                left.add(examples.get(i));
            }
        }
        examples.clear();
        examples.addAll(left);
        origin = null;
    }
}
