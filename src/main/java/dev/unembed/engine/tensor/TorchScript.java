package dev.unembed.engine.tensor;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Functions of the native library that its Java interface lacks, reached through a TorchScript module written in memory.
 *
 * <p>Such a module is a zip with the functions' source text and a pickle that makes one object of their class; the pickle
 * is written by hand below, so no Python is needed to build it.
 */
final class TorchScript {
    private static final String CLASS_HEADER = """
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            """;

    /** Kept strongly reachable: closing the model frees the module under its block. */
    private final Model model;

    private final PtSymbolBlock module;

    TorchScript(String functions) {
        model = Model.newInstance("unembed-kernels", Device.cpu(), "PyTorch");
        try {
            model.load(new ByteArrayInputStream(archive(functions)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException("The engine's own kernels don't compile: " + e.getMessage(), e);
        }
        module = (PtSymbolBlock) model.getBlock();
    }

    PtSymbolBlock module() {
        return module;
    }

    private static byte[] archive(String functions) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", objectWithTrainingFalse());
            put(zip, "code/__torch__.py", (CLASS_HEADER + functions).getBytes(StandardCharsets.UTF_8));
            put(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            put(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
            put(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** Pickle, protocol 2: {@code __torch__.M()} with state {@code {"training": False}}. */
    private static byte[] objectWithTrainingFalse() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2, 'c'});
        pickle.write("__torch__\nM\n".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {'q', 0, ')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {'q', 1, (byte) 0x89, 'u', 'b', 'q', 2, '.'});
        return pickle.toByteArray();
    }

    /** The reader maps entries directly, so they must be stored, not deflated. */
    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("kernels/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
