package dev.unembed.engine.safetensors;

import java.util.Arrays;
import java.util.Optional;

/** Element types of the safetensors format, named as in its files. */
public enum Dtype {
    BOOL(1, false),
    U8(1, false),
    I8(1, false),
    F8_E5M2(1, false),
    F8_E4M3(1, false),
    I16(2, false),
    U16(2, false),
    F16(2, true),
    BF16(2, true),
    I32(4, false),
    U32(4, false),
    F32(4, true),
    F64(8, true),
    I64(8, false),
    U64(8, false);

    private final int bytes;
    private final boolean readableAsFloats;

    Dtype(int bytes, boolean readableAsFloats) {
        this.bytes = bytes;
        this.readableAsFloats = readableAsFloats;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether weights may be stored in it: fp32, or convertible to fp32 on load. */
    public boolean readableAsFloats() {
        return readableAsFloats;
    }

    static Optional<Dtype> of(String name) {
        return Arrays.stream(values()).filter(d -> d.name().equals(name)).findFirst();
    }
}
