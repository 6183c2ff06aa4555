package dev.unembed.product;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a team does with a claim: attributes a prompt set, picks a circuit on the board, freezes it and has it tested. */
class CircuitJourneyIT {
    private static final String PASSWORD = "circuit-journey";
    private static final String TOKEN = "circuit-token";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Path PICTURES = Path.of("target/pictures");

    @Test
    void fromAPromptSetToTheVerdict(@TempDir Path folder) throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE.toMillis());
        Map<String, String> environment = Map.of("UNEMBED_ADMIN_PASSWORD", PASSWORD, "UNEMBED_BOOTSTRAP_TOKEN", TOKEN);
        try (ProductProcess product = ProductProcess.start("all", folder.resolve("data"), environment)
                        .awaitReady();
                Chromium chromium = Chromium.launch()) {
            ProductProcess.await("the demo's prompt sets", Duration.ofMinutes(2), () -> promptSet(product) > 0);
            List<String> failures = new ArrayList<>();
            Page page = chromium.browser()
                    .newContext(new Browser.NewContextOptions().setViewportSize(1440, 1000))
                    .newPage();
            page.setDefaultTimeout(PATIENCE.toMillis());
            page.onPageError(failures::add);
            try {
                page.navigate(product.uri("/").toString());
                page.locator("input[name=username]").fill("admin");
                page.locator("input[name=password]").fill(PASSWORD);
                page.keyboard().press("Enter");
                page.waitForURL(url -> !url.contains("/login"));
                attribute(product, page);
                pick(page);
                verify(page);
            } catch (AssertionError | RuntimeException e) {
                picture(page, "circuit-failure");
                throw new AssertionError(
                        e.getMessage() + "\nat " + page.url() + "\n" + failures + "\n" + product.logTail(), e);
            }
            assertThat(failures).as("errors on the pages").isEmpty();
        }
    }

    private static void attribute(ProductProcess product, Page page) {
        page.navigate(product.uri("/analyses/new?kind=attribution&model=demo&promptSet=" + promptSet(product))
                .toString());
        assertThat(page.getByText("Prompt set").first()).isVisible();
        picture(page, "new-attribution");
        page.locator("#start").click();
        page.waitForURL(Pattern.compile(".*/runs/\\d+.*"));
        assertThat(page.locator("component-board")).isVisible();
        assertThat(page.getByText("ledger closes").first()).isVisible();
    }

    /** The heads that carry the indirect object in the demo model. */
    private static void pick(Page page) {
        Locator typed = page.locator("#typed");
        typed.fill("L1H2 L1H5 L2H6 L3H1 L3H5");
        typed.press("Enter");
        assertThat(page.locator(".selection h2")).containsText("5 heads");
        picture(page, "board");
        page.locator("#make-hypothesis").click();
        page.waitForURL(Pattern.compile(".*/hypotheses/new.*"));
    }

    private static void verify(Page page) {
        assertThat(page.getByLabel("Circuit", new Page.GetByLabelOptions().setExact(true)))
                .hasValue(Pattern.compile(".*L3H1.*"));
        page.locator("vaadin-text-area textarea").first().fill("Five early heads carry the name to the end.");
        Locator random = page.getByLabel("Random circuits", new Page.GetByLabelOptions().setExact(true));
        random.fill("20");
        random.press("Tab");
        picture(page, "new-hypothesis");
        button(page, "Save as a draft").click();
        page.waitForURL(Pattern.compile(".*/hypotheses/\\d+.*"));
        button(page, "Freeze version 1").click();
        button(page, "Test version 1").click();
        picture(page, "hypothesis-testing");
        // live: nothing is reloaded from here to the verdict
        assertThat(page.locator("verdict-view")).isVisible();
        assertThat(page.locator("verdict-view")
                        .getByText("of the logit difference")
                        .first())
                .isVisible();
        picture(page, "verdict");
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static long promptSet(ProductProcess product) {
        List<Integer> ids = given().baseUri(product.uri("").toString())
                .header("Authorization", "Bearer " + TOKEN)
                .get("/api/v1/promptsets?workspace=Demo&q=gift")
                .jsonPath()
                .getList("id", Integer.class);
        return ids == null || ids.isEmpty() ? 0 : ids.getFirst();
    }

    private static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    }
}
