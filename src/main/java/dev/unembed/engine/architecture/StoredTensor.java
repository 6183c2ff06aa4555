package dev.unembed.engine.architecture;

import java.util.List;

/**
 * Where one weight is found: a tensor of the files, turned and cut to lie as {@code TransformerWeights} wants it.
 *
 * @param name of the tensor in the files
 * @param fileShape its shape there
 * @param transposed whether rows and columns are exchanged after loading (Hugging Face's Conv1D stores [in out])
 * @param from first row taken, after transposing
 * @param to one past the last row taken
 * @param change what is done to the whole tensor while it is read, before all else
 */
public record StoredTensor(String name, List<Long> fileShape, boolean transposed, long from, long to, Change change) {
    /** What is done to a tensor's values or rows while it is read; where nothing is, fp32 files need no copy. */
    sealed interface Change {
        record None() implements Change {}

        /** Gains stored as their difference from 1. */
        record PlusOne() implements Change {}

        /**
         * A fused tensor whose rows come in groups (one per head, say) that each hold a section of every map: the sections
         * are brought together, so that each map is a run of rows.
         *
         * @param sections rows of each section within one group
         */
        record Gather(long groups, List<Long> sections) implements Change {
            public Gather {
                sections = List.copyOf(sections);
            }
        }
    }

    public StoredTensor {
        fileShape = List.copyOf(fileShape);
    }

    static StoredTensor of(String name, long... shape) {
        List<Long> axes = java.util.Arrays.stream(shape).boxed().toList();
        return new StoredTensor(name, axes, false, 0, axes.getFirst(), new Change.None());
    }

    StoredTensor transpose() {
        return new StoredTensor(name, fileShape, true, 0, fileShape.getLast(), change);
    }

    /** A part of a tensor that holds several maps one after the other. */
    StoredTensor rows(long first, long end) {
        return new StoredTensor(name, fileShape, transposed, first, end, change);
    }

    StoredTensor plusOne() {
        return new StoredTensor(name, fileShape, transposed, from, to, new Change.PlusOne());
    }

    StoredTensor gathered(long groups, List<Long> sections) {
        return new StoredTensor(name, fileShape, transposed, from, to, new Change.Gather(groups, sections));
    }

    boolean isWhole() {
        return from == 0 && to == (transposed ? fileShape.getLast() : fileShape.getFirst());
    }
}
