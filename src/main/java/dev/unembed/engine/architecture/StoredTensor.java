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
 */
public record StoredTensor(String name, List<Long> fileShape, boolean transposed, long from, long to) {
    public StoredTensor {
        fileShape = List.copyOf(fileShape);
    }

    static StoredTensor of(String name, long... shape) {
        List<Long> axes = java.util.Arrays.stream(shape).boxed().toList();
        return new StoredTensor(name, axes, false, 0, axes.getFirst());
    }

    StoredTensor transpose() {
        return new StoredTensor(name, fileShape, true, 0, fileShape.getLast());
    }

    /** A part of a tensor that holds several maps one after the other. */
    StoredTensor rows(long first, long end) {
        return new StoredTensor(name, fileShape, transposed, first, end);
    }

    boolean isWhole() {
        return from == 0 && to == (transposed ? fileShape.getLast() : fileShape.getFirst());
    }
}
