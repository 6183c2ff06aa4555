package dev.unembed.engine.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** How the entries of a vocabulary file read in text. */
enum PieceText {
    /** GPT-2's way: every byte of the UTF-8 text is written as one printable character, the space as Ġ. */
    BYTE_LEVEL {
        @Override
        String readable(String piece) {
            byte[] bytes = new byte[piece.length()];
            for (int i = 0; i < bytes.length; i++) {
                char c = piece.charAt(i);
                int value = c < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[c] : -1;
                if (value < 0) {
                    return piece; // not written by this scheme
                }
                bytes[i] = (byte) value;
            }
            return readableUtf8(bytes);
        }
    },
    /** SentencePiece's way: the space is written ▁, a lone byte already {@code <0xE2>}. */
    METASPACE {
        @Override
        String readable(String piece) {
            return piece.replace('▁', ' ');
        }
    },
    PLAIN {
        @Override
        String readable(String piece) {
            return piece;
        }
    };

    private static final int[] BYTE_OF_CHARACTER = byteOfCharacter();

    abstract String readable(String piece);

    /** Decodes UTF-8; bytes that are no whole character appear as {@code <0xE2>}. */
    static String readableUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        StringBuilder text = new StringBuilder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        while (in.hasRemaining()) {
            decoder.reset();
            var outcome = decoder.decode(in, out, true);
            text.append(out.flip());
            out.clear();
            if (outcome.isError()) {
                for (int i = 0; i < outcome.length(); i++) {
                    text.append("<0x%02X>".formatted(in.get() & 0xff));
                }
            }
        }
        return text.toString();
    }

    /** The inverse of GPT-2's {@code bytes_to_unicode}: printable Latin-1 stands for itself, the rest follows from 256. */
    private static int[] byteOfCharacter() {
        int[] table = new int[512];
        java.util.Arrays.fill(table, -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
            table[printable ? b : next++] = b;
        }
        return table;
    }
}
