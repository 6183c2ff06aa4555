package dev.unembed.product;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** A headless browser: Chromium or Chrome as installed, else Debian's chromium, installed here where that is allowed. */
final class Chromium implements AutoCloseable {
    private static final List<String> KNOWN = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/usr/bin/google-chrome-stable",
            "/snap/bin/chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium");

    /** Headless in a container, and quiet: no connection of the browser's own. */
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    static Chromium launch() throws IOException, InterruptedException {
        Path executable = executable();
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            return new Chromium(
                    playwright,
                    playwright
                            .chromium()
                            .launch(new BrowserType.LaunchOptions()
                                    .setHeadless(true)
                                    .setExecutablePath(executable)
                                    .setArgs(FLAGS)));
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    private static Path executable() throws IOException, InterruptedException {
        Optional<Path> found = find();
        if (found.isEmpty()
                && "root".equals(System.getProperty("user.name"))
                && Files.exists(Path.of("/usr/bin/apt-get"))) {
            System.err.println("No Chromium or Chrome here; installing Debian's chromium for the browser test.");
            run("apt-get", "update");
            run("apt-get", "install", "-y", "--no-install-recommends", "chromium");
            found = find();
        }
        return found.orElseThrow(() -> new AssertionError("The browser test needs Chromium or Chrome and found none in "
                + KNOWN + ". Install one (Debian: apt-get install chromium) or set UNEMBED_CHROMIUM to its path."));
    }

    private static Optional<Path> find() {
        return Stream.concat(Stream.of(System.getenv("UNEMBED_CHROMIUM")), KNOWN.stream())
                .filter(Objects::nonNull)
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        int status = builder.start().waitFor();
        if (status != 0) {
            System.err.println(String.join(" ", command) + " ended with status " + status);
        }
    }
}
