package dev.unembed.base;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What the person who started the process must read: the address, the first password, why it didn't start. Written to
 * the process's own streams, past the log, which may go elsewhere or be silenced.
 */
public final class Terminal {
    private static final PrintStream OUT = open(FileDescriptor.out);
    private static final PrintStream ERR = open(FileDescriptor.err);

    private Terminal() {}

    private static PrintStream open(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    public static void say(String line) {
        OUT.println(line);
    }

    public static void complain(String text) {
        ERR.println(text);
    }

    public static void box(String... lines) {
        int width = 0;
        for (String line : lines) {
            width = Math.max(width, line.length());
        }
        StringBuilder box = new StringBuilder();
        String edge = "+" + "-".repeat(width + 4) + "+\n";
        box.append(edge);
        for (String line : lines) {
            box.append("|  ")
                    .append(line)
                    .append(" ".repeat(width - line.length()))
                    .append("  |\n");
        }
        box.append(edge);
        OUT.print(box);
        OUT.flush();
    }
}
