package dev.unembed.engine.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/** The native library, and what a thread must do before it computes. */
public final class Torch {
    private static final int MACHINE = Runtime.getRuntime().availableProcessors();

    private static volatile int runsSideBySide = 1;

    /** A few milliseconds of one core. */
    private static final long WORTH_SHARING = 100_000_000;

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

    /** A manager of its own, under the root; the caller closes it. */
    public static PtNDManager newManager() {
        return (PtNDManager) Base.MANAGER.newSubManager();
    }

    /** Loading the library takes a moment and needs its files, so it waits for the first tensor. */
    private static final class Base {
        static final NDManager MANAGER;

        static {
            NativeHeap.returnFreedMemory();
            MANAGER = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        }
    }
}
