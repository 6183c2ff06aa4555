package dev.unembed.engine.transformer;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.tensor.ComputeDevice;
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

    private static String names(List<ComputeDevice> devices) {
        return devices.stream().map(ComputeDevice::name).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return names(devices);
    }
}
