package dev.unembed.engine.circuit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values that were computed already, by name: the memory of a long experiment, which survives the worker that computed
 * them. Not a number stands for what is still to be computed.
 */
public final class Evaluations {
    private static final int FORMAT = 1;

    private final Map<String, double[]> values = new LinkedHashMap<>();
    private final Runnable onChange;

    /** @param onChange called whenever something was computed, from the computing thread */
    public Evaluations(Runnable onChange) {
        this.onChange = onChange;
    }

    public Evaluations() {
        this(() -> {});
    }

    /** The values of a name, all unknown at first; whoever computes them writes them there. */
    public double[] values(String name, int count) {
        double[] found = values.get(name);
        if (found == null || found.length != count) {
            found = new double[count];
            Arrays.fill(found, Double.NaN);
            values.put(name, found);
        }
        return found;
    }

    public void changed() {
        onChange.run();
    }

    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeInt(values.size());
            for (Map.Entry<String, double[]> each : values.entrySet()) {
                out.writeUTF(each.getKey());
                out.writeInt(each.getValue().length);
                for (double value : each.getValue()) {
                    out.writeDouble(value);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Takes over what another instance wrote; what can't be read is as if it hadn't been computed. */
    public void restore(byte[] written) {
        Map<String, double[]> restored = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(written))) {
            if (in.readInt() != FORMAT) {
                return;
            }
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String name = in.readUTF();
                double[] found = new double[in.readInt()];
                for (int j = 0; j < found.length; j++) {
                    found[j] = in.readDouble();
                }
                restored.put(name, found);
            }
        } catch (IOException e) {
            return;
        }
        values.putAll(restored);
    }
}
