package dev.unembed.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Bytes that C code has allocated and not freed, as glibc counts them: the Java heap isn't among them. */
public final class NativeMemory {
    private static final StructLayout MALLINFO2 = MemoryLayout.structLayout(
            size("arena"),
            size("ordblks"),
            size("smblks"),
            size("hblks"),
            size("hblkhd"),
            size("usmblks"),
            size("fsmblks"),
            size("uordblks"),
            size("fordblks"),
            size("keepcost"));

    private NativeMemory() {}

    private static MemoryLayout size(String name) {
        return ValueLayout.JAVA_LONG.withName(name);
    }

    /** Whether the C library counts at all. */
    public static boolean isCounted() {
        return function().isPresent();
    }

    public static long bytesInUse() {
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle mallinfo2 = function().orElseThrow();
            MemorySegment info = (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
            return at(info, "hblkhd") + at(info, "uordblks");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Collects garbage until no more than so many bytes are in use, or it is clear that it won't come to it. */
    public static long bytesInUseAfterCollecting(long enough) {
        long inUse = bytesInUse();
        for (int attempt = 0; attempt < 50 && inUse > enough; attempt++) {
            System.gc(); // tokenizers are freed when nobody refers to them any more
            inUse = bytesInUse();
        }
        return inUse;
    }

    private static long at(MemorySegment info, String field) {
        return info.get(ValueLayout.JAVA_LONG, MALLINFO2.byteOffset(MemoryLayout.PathElement.groupElement(field)));
    }

    private static Optional<MethodHandle> function() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("mallinfo2")
                .map(address -> linker.downcallHandle(address, FunctionDescriptor.of(MALLINFO2)));
    }
}
