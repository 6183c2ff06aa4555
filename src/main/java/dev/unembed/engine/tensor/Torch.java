package dev.unembed.engine.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The native library, and what a thread must do before it computes. */
public final class Torch {
    private static final int MACHINE = Runtime.getRuntime().availableProcessors();

    private static volatile int runsSideBySide = 1;

    /** A few milliseconds of one core. */
    private static final long WORTH_SHARING = 100_000_000;

    /** Of the devices in use other than the host: a handful, and mostly none. */
    private static final Map<ComputeDevice, NDManager> OTHER_ROOTS = new ConcurrentHashMap<>();

    private Torch() {}

    /**
     * Cores one run may use: the machine's, shared evenly among runs side by side, or what {@code -Dunembed.engine.threads}
     * says.
     */
    public static int cores() {
        return Math.max(1, Integer.getInteger("unembed.engine.threads", MACHINE / runsSideBySide));
    }

    /** Tells how many runs this process computes at a time, so that together they use every core once. */
    public static void shareCoresAmong(int runs) {
        runsSideBySide = Math.max(1, runs);
    }

    /**
     * Threads worth using for one computation: on a busy machine a core that waits for another loses more than a small
     * product gains.
     *
     * @param multiplications of the computation as a whole
     */
    public static int threadsFor(long multiplications) {
        return multiplications < WORTH_SHARING ? 1 : cores();
    }

    /**
     * Readies the calling thread: no gradients (the switch is per thread, and on by default) and so many threads inside
     * one matrix product. The native library keeps that number per calling thread too (it is OpenMP's): what another run's
     * thread sets changes nothing here, and threads started here begin with the library's default, not with this.
     */
    public static void prepareThread(int threads) {
        Base.MANAGER.getDevice(); // loads the library before its first use
        JniUtils.setGradMode(false);
        JniUtils.setNumThreads(threads);
    }

    /** From here on, memory that is freed goes back to the system at once: where memory is scarce, that is worth the time. */
    public static void saveMemory() {
        Base.MANAGER.getDevice(); // not before it has its own settings
        NativeHeap.keepNothing();
    }

    /** A manager of its own, under its device's root; the caller closes it. */
    static PtNDManager newManager(ComputeDevice device) {
        NDManager root = device.isHost()
                ? Base.MANAGER
                : OTHER_ROOTS.computeIfAbsent(device, d -> Base.MANAGER.newSubManager(d.hardware()));
        return (PtNDManager) root.newSubManager(device.hardware());
    }

    /** Where a tensor of some {@link TensorScope} lies. */
    public static ComputeDevice deviceOf(NDArray tensor) {
        if (OTHER_ROOTS.isEmpty()) {
            return ComputeDevice.HOST;
        }
        NDManager root = tensor.getManager().getParentManager();
        for (Map.Entry<ComputeDevice, NDManager> other : OTHER_ROOTS.entrySet()) {
            if (other.getValue() == root) {
                return other.getKey();
            }
        }
        return ComputeDevice.HOST;
    }

    /** Loading the library takes a moment and needs its files, so it waits for the first tensor. */
    private static final class Base {
        static final NDManager MANAGER;

        static {
            NativeHeap.keepSome();
            MANAGER = NDManager.newBaseManager(ComputeDevice.HOST.hardware(), "PyTorch");
        }
    }
}
