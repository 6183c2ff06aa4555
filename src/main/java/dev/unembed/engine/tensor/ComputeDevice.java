package dev.unembed.engine.tensor;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.unembed.engine.InvalidInput;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where tensors lie and are computed with.
 *
 * @param name {@code cpu}; {@code cuda:0}; {@code cpu:1}, a part of the host's memory that is treated like a device of its
 *     own: what lies there is a copy, and gets there and away by copies. It serves to try a placement on a machine that
 *     has no such devices.
 * @param hardware as the native library calls it
 */
public record ComputeDevice(String name, Device hardware) {
    /** The machine's own memory, where weights may be mapped and where everything is computed by default. */
    public static final ComputeDevice HOST = new ComputeDevice("cpu", Device.cpu());

    private static final Pattern NAME = Pattern.compile("(cpu|cuda):(\\d{1,3})");

    /** @throws InvalidInput if that is no device's name */
    public static ComputeDevice parse(String name) {
        if (name.equals(HOST.name)) {
            return HOST;
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new InvalidInput("'" + name + "' is no device; expected cpu, or cuda:0, cuda:1 and so on.");
        }
        boolean host = matcher.group(1).equals(HOST.name);
        return new ComputeDevice(name, host ? HOST.hardware : Device.gpu(Integer.parseInt(matcher.group(2))));
    }

    public boolean isHost() {
        return equals(HOST);
    }

    /** Bytes of the device's own memory, in use and not; none for the host and its parts. */
    public Optional<Memory> memory() {
        if (!hardware.isGpu()) {
            return Optional.empty();
        }
        MemoryUsage usage = CudaUtils.getGpuMemory(hardware);
        return Optional.of(new Memory(usage.getMax(), usage.getMax() - usage.getUsed()));
    }

    public record Memory(long totalBytes, long availableBytes) {}

    @Override
    public String toString() {
        return name;
    }
}
