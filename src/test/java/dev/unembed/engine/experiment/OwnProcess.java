package dev.unembed.engine.experiment;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Java process beside the tests', whose memory nothing else uses. */
final class OwnProcess {
    private OwnProcess() {}

    /**
     * Runs a class of the tests to its end.
     *
     * @param heap options of the Java heap
     * @return what it said
     */
    static String run(Class<?> main, List<String> heap, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-XX:+UseSerialGC"));
        command.addAll(heap);
        command.addAll(List.of(
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .directory(new File("."))
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("the process ended with " + process.exitValue() + ": " + said);
        }
        return said;
    }
}
