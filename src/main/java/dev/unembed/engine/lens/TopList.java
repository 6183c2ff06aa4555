package dev.unembed.engine.lens;

/** The k largest values offered so far with their ids, largest first; of equal values the one offered first. */
final class TopList {
    private final float[] values;
    private final int[] ids;
    private int size;

    TopList(int k) {
        values = new float[k];
        ids = new int[k];
    }

    /** A value must be greater than this to enter. */
    float threshold() {
        return size < values.length ? Float.NEGATIVE_INFINITY : values[size - 1];
    }

    void offer(float value, int id) {
        if (!(value > threshold()) && size == values.length) {
            return;
        }
        int i = size < values.length ? size++ : size - 1;
        while (i > 0 && values[i - 1] < value) {
            values[i] = values[i - 1];
            ids[i] = ids[i - 1];
            i--;
        }
        values[i] = value;
        ids[i] = id;
    }

    /** Takes in the list of a later part of the vocabulary. */
    void merge(TopList later) {
        for (int i = 0; i < later.size; i++) {
            offer(later.values[i], later.ids[i]);
        }
    }

    int size() {
        return size;
    }

    float value(int place) {
        return values[place];
    }

    int id(int place) {
        return ids[place];
    }

    /** The place of a token, or -1 if it isn't on the list. */
    int placeOf(int id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }
}
