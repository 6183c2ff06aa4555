package dev.unembed.engine.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of the C library's allocator, where it is glibc's.
 *
 * <p>By default it keeps an arena per thread and learns to keep large freed blocks: after a lens of 512 tokens the process
 * held 250 MB that nothing used. Giving every large block back at once costs a twentieth of the time, because the system hands
 * out its pages anew, one by one. So there are few arenas, and blocks of a pass's usual size stay in them up to a limit, unless
 * memory is scarce.
 */
final class NativeHeap {
    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_ARENA_MAX = -8;

    private NativeHeap() {}

    /** Blocks up to 8 MB are kept, 16 MB of them in each arena. */
    static void keepSome() {
        set(8 << 20, 16 << 20);
    }

    /** What is freed goes back to the system. */
    static void keepNothing() {
        set(512 << 10, 1 << 20);
    }

    private static void set(int largestKept, int keptPerArena) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        Optional<MemorySegment> mallopt = library.find("mallopt");
        if (mallopt.isEmpty()) {
            return; // another C library, with an allocator of its own
        }
        var set = linker.downcallHandle(
                mallopt.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int accepted = (int) set.invokeExact(M_ARENA_MAX, 2)
                    + (int) set.invokeExact(M_MMAP_THRESHOLD, largestKept)
                    + (int) set.invokeExact(M_TRIM_THRESHOLD, keptPerArena);
            LOG.debug("mallopt accepted {} of 3 settings", accepted);
        } catch (Throwable e) {
            LOG.warn("The C library's allocator keeps its defaults: {}", e.toString());
        }
    }
}
