package dev.unembed.engine.transformer;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.tensor.ComputeDevice;
import dev.unembed.engine.tensor.TensorScope;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which device computes which part of a model: contiguous ranges of blocks, as equal as they can be, in the order of the
 * devices. The embedding is on the first, the final norm and the unembedding on the last. Between two devices only the
 * residual stream moves.
 */
public record Placement(List<ComputeDevice> devices) {
    /** Everything in the machine's own memory. */
    public static final Placement HOST = new Placement(List.of(ComputeDevice.HOST));

    public Placement {
        devices = List.copyOf(devices);
        if (devices.isEmpty()) {
            throw new InvalidInput("No device is given; expected cpu, or a list such as cuda:0,cuda:1.");
        }
        if (new HashSet<>(devices).size() < devices.size()) {
            throw new InvalidInput("Devices " + names(devices) + " name one twice.");
        }
    }

    /** {@code cpu}, {@code cuda:0}, {@code cuda:0,cuda:1}. */
    public static Placement parse(String devices) {
        return new Placement(Arrays.stream(devices.split(",", -1))
                .map(String::strip)
                .map(ComputeDevice::parse)
                .toList());
    }

    public ComputeDevice first() {
        return devices.getFirst();
    }

    public ComputeDevice last() {
        return devices.getLast();
    }

    public ComputeDevice ofBlock(int block, int blocks) {
        return devices.get((int) ((long) block * devices.size() / blocks));
    }

    /**
     * Copies a number to every device and back.
     *
     * @throws InvalidInput naming the one with which that can't be done, and what the library says of it
     */
    public void requireUsable() {
        devices.stream().filter(device -> !device.isHost()).forEach(Placement::requireUsable);
    }

    private static void requireUsable(ComputeDevice device) {
        try (TensorScope scope = new TensorScope()) {
            NDArray one = scope.ops().create(new float[] {1}, 1);
            if (scope.ops().on(device, one).toFloatArray()[0] != 1) {
                throw new InvalidInput("Device " + device + " doesn't give back what it is given.");
            }
        } catch (EngineException e) {
            String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("nothing");
            String why = said.contains("arguments from the 'CUDA' backend")
                    ? "The libtorch in use is built for processors only."
                    : "The library says: " + said;
            throw new InvalidInput("Device " + device + " can't be used here. " + why
                    + " A GPU needs its driver and a libtorch that is built for it; cpu is always there.");
        }
    }

    private static String names(List<ComputeDevice> devices) {
        return devices.stream().map(ComputeDevice::name).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return names(devices);
    }
}
