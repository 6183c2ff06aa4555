package dev.unembed.base;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import dev.unembed.testing.Api;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SameOriginTest {
    @Test
    void theCookieWritesFromOurPagesOnly() {
        Api.User user = Api.newUser("lena");
        RequestSpecification browser = given().cookie(Api.session(user.username(), user.password()));

        assertThat(write(browser, Map.of("Sec-Fetch-Site", "cross-site"))).isEqualTo(403);
        assertThat(write(browser, Map.of("Sec-Fetch-Site", "same-site"))).isEqualTo(403);
        assertThat(write(browser, Map.of("Origin", "https://evil.example"))).isEqualTo(403);
        assertThat(write(browser, Map.of("Origin", "null"))).isEqualTo(403);

        assertThat(write(browser, Map.of("Sec-Fetch-Site", "same-origin"))).isEqualTo(201);
        assertThat(write(browser, Map.of("Origin", RestAssured.baseURI + ":" + RestAssured.port)))
                .isEqualTo(201);
        assertThat(write(browser, Map.of())).isEqualTo(201);
    }

    @Test
    void readsAndTokensNeedNoOrigin() {
        Api.User user = Api.newUser("max");
        given().cookie(Api.session(user.username(), user.password()))
                .header("Sec-Fetch-Site", "cross-site")
                .get("/api/v1/me")
                .then()
                .statusCode(200);
        assertThat(write(user.request(), Map.of("Sec-Fetch-Site", "cross-site", "Origin", "https://notebook.example")))
                .isEqualTo(201);
    }

    @Test
    void anotherSiteCannotSignAReaderIn() {
        Api.User user = Api.newUser("nils");
        given().header("Sec-Fetch-Site", "cross-site")
                .formParam("username", user.username())
                .formParam("password", user.password())
                .post("/j_security_check")
                .then()
                .statusCode(403)
                .body("detail", containsString("another site"));
    }

    @Test
    void anOriginIsOursByHostAndPortWhateverItsCase() {
        assertThat(SameOrigin.refusal(null, "https://Lab.example", "lab.example"))
                .isNull();
        assertThat(SameOrigin.refusal(null, "https://lab.example", "lab.example:443"))
                .isNull();
        assertThat(SameOrigin.refusal(null, "http://lab.example:8081", "lab.example:8080"))
                .isNotNull();
        assertThat(SameOrigin.refusal(null, "http://lab.example.evil", "lab.example"))
                .isNotNull();
        assertThat(SameOrigin.refusal(null, "not a url", "lab.example")).isNotNull();
        assertThat(SameOrigin.refusal("none", null, "lab.example")).isNull();
    }

    private static int write(RequestSpecification request, Map<String, String> headers) {
        return given().spec(request)
                .headers(headers)
                .contentType(ContentType.JSON)
                .body(Map.of("name", Api.unique("csrf")))
                .post("/api/v1/workspaces")
                .statusCode();
    }
}
