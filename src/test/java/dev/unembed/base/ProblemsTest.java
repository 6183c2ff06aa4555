package dev.unembed.base;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.unembed.engine.ResourcesExhausted;
import dev.unembed.testing.Api;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.http.Cookie;
import io.restassured.response.ValidatableResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ProblemsTest {
    /** Fails in the ways no other resource can be made to fail. */
    @Path("/api/test/failures")
    public static class Failures {
        @GET
        @Path("/ours")
        public String ours() {
            throw new IllegalStateException("the password is swordfish");
        }

        @GET
        @Path("/resources")
        public String resources() {
            throw new ResourcesExhausted("The model needs 5 GB; 3 GB are free.");
        }
    }

    @Test
    void malformedJsonIsToldWithItsPlace() {
        problem(400, "{\"name\": ").body("detail", containsString("valid JSON"), "detail", containsString("line 1"));
        problem(400, "{\"name\": \"a\", \"name\": \"b\"}").body("detail", containsString("Duplicate"));
        problem(400, "{\"name\": \"a\"} {}");
        problem(400, "[]").body("detail", containsString("JSON object"));
        problem(400, "\"text\"");
    }

    @Test
    void unknownFieldsAreNamedBesideTheKnownOnes() {
        problem(400, "{\"name\": \"a\", \"nmae\": 1}")
                .body("detail", equalTo("Unknown field \"nmae\"; known are: name."))
                .body("errors.field", hasItem("nmae"));
    }

    @Test
    void aWrongTypeIsNamedWithTheExpectedOne() {
        problem(400, "{\"name\": 5}").body("detail", equalTo("name: expected a text."));
        problem(400, "{\"name\": {}}").body("detail", equalTo("name: expected a text."));
        problem(400, "{\"name\": \"a\\u0000b\"}").body("detail", containsString("U+0000"));
        Api.asAdmin()
                .body("{\"username\": \"x\", \"password\": \"12345678\", \"admin\": \"true\"}")
                .post("/api/v1/users")
                .then()
                .statusCode(400)
                .body("detail", equalTo("admin: expected true or false."));
        Api.User owner = Api.newUser("owner");
        long workspace = Api.newWorkspace(owner, "types");
        owner.request()
                .body(Map.of("username", "admin", "role", "KING"))
                .post("/api/v1/workspaces/{id}/members", workspace)
                .then()
                .statusCode(400)
                .body("detail", equalTo("role: expected one of [VIEWER, EDITOR, OWNER], not \"KING\"."));
    }

    @Test
    void missingFieldsAreNamed() {
        problem(422, "{}").body("errors.field", equalTo(List.of("name")), "detail", containsString("name:"));
        problem(422, "{\"name\": null}").body("errors.field", equalTo(List.of("name")));
        problem(422, "null").body("detail", containsString("JSON body"));
        Api.asAdmin().post("/api/v1/workspaces").then().statusCode(422).body("detail", containsString("JSON body"));
    }

    @Test
    void whatTheApiDoesNotHaveIsAProblemToo() {
        Api.asAdmin()
                .get("/api/v1/nothing")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("instance", equalTo("/api/v1/nothing"));
        Api.asAdmin().get("/api/v1/users/1/nothing").then().statusCode(404).contentType("application/problem+json");
        Api.asAdmin().get("/api/v1/users/abc").then().statusCode(404).contentType("application/problem+json");
        Api.asAdmin()
                .delete("/api/v1/users")
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .body("detail", equalTo("DELETE isn't possible on /api/v1/users."));
        Api.asAdmin()
                .contentType(ContentType.TEXT)
                .body("name")
                .post("/api/v1/workspaces")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
        Api.asAdmin().accept("image/png").get("/api/v1/workspaces").then().statusCode(406);
        Api.asAdmin()
                .urlEncodingEnabled(false)
                .get("/api/v1/workspaces/a%00b")
                .then()
                .statusCode(400);
    }

    @Test
    void aFailureOfOursShowsItsIncidentOnly() {
        String body = Api.asAdmin()
                .get("/api/test/failures/ours")
                .then()
                .statusCode(500)
                .contentType("application/problem+json")
                .body("incident", not(equalTo(null)))
                .extract()
                .asString();
        assertThat(body).doesNotContain("swordfish").doesNotContain("Exception");
    }

    @Test
    void exhaustedResourcesAreTold() {
        Api.asAdmin()
                .get("/api/test/failures/resources")
                .then()
                .statusCode(507)
                .body("detail", equalTo("The model needs 5 GB; 3 GB are free."));
    }

    @Test
    void healthIsOpenToEverybody() {
        given().get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
    }

    @Test
    void theDescriptionNamesTheCallsAndHowToAuthenticate() {
        given().accept(ContentType.JSON)
                .get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .body("components.securitySchemes.token.scheme", equalTo("bearer"))
                .body("paths.'/api/v1/workspaces'.post.responses.'201'.headers", equalTo(null))
                .body("paths.'/api/v1/workspaces'.post.responses.'422'.content", not(equalTo(null)))
                .body("paths.'/api/v1/users/{id}'.patch.summary", equalTo("Change a user"));
    }

    @Test
    void answersCarryTheSecurityHeaders() {
        for (String path : List.of("/api/v1/me", "/q/health/live", "/q/openapi")) {
            given().get(path)
                    .then()
                    .header("X-Content-Type-Options", equalTo("nosniff"))
                    .header("Referrer-Policy", equalTo("same-origin"))
                    .header("Content-Security-Policy", containsString("frame-ancestors 'self'"));
        }
    }

    @Test
    void thePagesCookieIsHiddenFromScripts() {
        // development mode, without a built frontend, answers with an error, but opens the session first
        Cookie cookie = given().get("/login").getDetailedCookies().asList().stream()
                .filter(found -> found.getName().startsWith("unembed-page-"))
                .findFirst()
                .orElseThrow();
        assertThat(cookie.isHttpOnly()).isTrue();
    }

    private static ValidatableResponse problem(int status, String body) {
        return Api.asAdmin()
                .body(body)
                .post("/api/v1/workspaces")
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status));
    }
}
