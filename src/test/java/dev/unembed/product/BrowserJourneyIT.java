package dev.unembed.product;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer does: signs in, asks a model something, watches it run, reads the heatmap, shares a cell. */
class BrowserJourneyIT {
    private static final String PASSWORD = "browser-journey";
    /** For each step: two busy cores take their time. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Path PICTURES = Path.of("target/pictures");
    private static final Pattern RUN_PAGE = Pattern.compile(".*/runs/\\d+.*");

    @Test
    void fromSigningInToASharedCell(@TempDir Path folder) throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE.toMillis());
        Path models = folder.resolve("models");
        slowModelWithText(models.resolve("slow"));
        Map<String, String> environment = Map.of(
                "UNEMBED_ADMIN_PASSWORD",
                PASSWORD,
                "UNEMBED_BOOTSTRAP_TOKEN",
                "journey-token",
                "UNEMBED_MODELS",
                models.toString());
        try (ProductProcess product = ProductProcess.start("all", folder.resolve("data"), environment)
                        .awaitReady();
                Chromium chromium = Chromium.launch()) {
            ProductProcess.await(
                    "the slow model",
                    Duration.ofMinutes(2),
                    () -> given().baseUri(product.uri("").toString())
                                    .header("Authorization", "Bearer journey-token")
                                    .get("/api/v1/models/slow")
                                    .statusCode()
                            == 200);
            List<String> failures = new ArrayList<>();
            Page page = newPage(chromium.browser(), failures);
            try {
                String cell = walk(product, page);
                reopen(newPage(chromium.browser(), failures), page.url(), cell);
            } catch (AssertionError | RuntimeException e) {
                picture(page, "failure");
                throw new AssertionError(
                        e.getMessage() + "\nat " + page.url() + "\n" + failures + "\n" + product.logTail(), e);
            }
            assertThat(failures).as("errors on the pages").isEmpty();
        }
    }

    /** Ends on the result's page with a cell selected; returns what the page calls that cell. */
    private static String walk(ProductProcess product, Page page) {
        page.navigate(product.uri("/").toString());
        signIn(page);
        assertThat(page.getByText("The capital of France is").first()).isVisible();
        picture(page, "analyses");

        page.navigate(product.uri("/analyses/new?model=slow&track=%20Paris").toString());
        Locator prompt = page.locator("vaadin-text-area textarea").first();
        prompt.fill("The capital of France is" + " Paris The capital of Germany is".repeat(12));
        assertThat(page.locator("token-chips [role=option]").nth(3)).isVisible();
        assertThat(page.locator("#memory")).containsText(Pattern.compile("Needs about \\d+ MB beside the model"));
        picture(page, "new-analysis");
        page.locator("#start").click();
        page.waitForURL(RUN_PAGE);

        // live: nothing is reloaded from here to the result
        Locator progress = page.getByRole(AriaRole.PROGRESSBAR).first();
        assertThat(progress).isVisible();
        page.waitForCondition(() -> !"0".equals(progress.getAttribute("aria-valuenow")));
        picture(page, "running");
        Locator grid = page.locator("heat-grid canvas").first();
        assertThat(grid).isVisible();
        assertThat(page.locator("lens-view .chip.good")).containsText("equals the model");
        picture(page, "lens");

        BoundingBox box = grid.boundingBox();
        page.mouse().click(box.x + box.width * 0.4, box.y + box.height * 0.5);
        page.waitForURL(Pattern.compile(".*[?&]layer=.*"));
        picture(page, "lens-selected");
        String heading = selectedCell(page).innerText();
        assertThat(heading).containsPattern("[Ll]ayer \\d+ · position \\d+");
        return heading;
    }

    private static void reopen(Page page, String link, String cell) {
        page.navigate(link);
        signIn(page);
        page.waitForURL(RUN_PAGE);
        assertThat(selectedCell(page)).hasText(cell);
        picture(page, "lens-reopened");
    }

    private static Locator selectedCell(Page page) {
        return page.locator("lens-view section[aria-label='Selected cell'] h2");
    }

    private static void signIn(Page page) {
        page.locator("input[name=username]").fill("admin");
        page.locator("input[name=password]").fill(PASSWORD);
        page.keyboard().press("Enter");
        page.waitForURL(url -> !url.contains("/login"));
    }

    private static Page newPage(Browser browser, List<String> failures) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions().setViewportSize(1440, 1000));
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE.toMillis());
        page.onPageError(failures::add);
        return page;
    }

    private static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    }

    /** Slow enough that its progress can be watched; it reads the demo model's words and has learnt nothing. */
    private static void slowModelWithText(Path folder) throws Exception {
        new RandomModel(16, 512, 50_000, 256).write(folder);
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(Path.of("src/main/models/demo", file), folder.resolve(file));
        }
    }
}
