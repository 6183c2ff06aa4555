package dev.unembed.account;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.unembed.testing.Api;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.http.Cookie;
import io.restassured.response.Response;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class AccountApiTest {
    @Test
    void theFirstStartMadeAnAdministratorWithTheBootstrapToken() {
        Api.asAdmin()
                .get("/api/v1/me")
                .then()
                .statusCode(200)
                .body("username", equalTo("admin"), "admin", equalTo(true));
        assertThat(Api.signIn("admin", PostgresResource.ADMIN_PASSWORD).header("Location"))
                .endsWith("/")
                .doesNotContain("login");
    }

    @Test
    void anAdministratorMakesUsersAndLooksThemUp() {
        String name = Api.unique("ada");
        Response made = Api.asAdmin()
                .body(Map.of("username", name.toUpperCase(Locale.ROOT), "password", "correct horse"))
                .post("/api/v1/users");
        made.then()
                .statusCode(201)
                .body("username", equalTo(name), "displayName", equalTo(name), "admin", equalTo(false))
                .body("active", equalTo(true), "passwordHash", nullValue());
        Api.asAdmin()
                .get(made.header("Location"))
                .then()
                .statusCode(200)
                .body("username", equalTo(name), "createdAt", endsWith("Z"));
        Api.asAdmin().get("/api/v1/users").then().statusCode(200).body("username", hasItems("admin", name));
    }

    @Test
    void onlyAdministratorsManageUsers() {
        Api.User user = Api.newUser("bob");
        user.request().get("/api/v1/users").then().statusCode(403);
        user.request().get("/api/v1/users/1").then().statusCode(403);
        user.request()
                .body(Map.of("username", Api.unique("eve"), "password", "long enough"))
                .post("/api/v1/users")
                .then()
                .statusCode(403);
        user.request()
                .body(Map.of("admin", true))
                .patch("/api/v1/users/{id}", user.id())
                .then()
                .statusCode(403)
                .contentType("application/problem+json");
    }

    @Test
    void namesAndPasswordsAreCheckedInWords() {
        Api.asAdmin()
                .body(Map.of("username", "../etc", "password", "long enough"))
                .post("/api/v1/users")
                .then()
                .statusCode(422)
                .body("detail", containsString("\"../etc\" can't be a user name"));
        Api.asAdmin()
                .body(Map.of("username", "shorty", "password", "1234567"))
                .post("/api/v1/users")
                .then()
                .statusCode(422)
                .body("detail", equalTo("The password has 7 characters; it needs at least 8."));
        Api.asAdmin()
                .body(Map.of("username", "longy", "password", "x".repeat(73)))
                .post("/api/v1/users")
                .then()
                .statusCode(422);
        Api.asAdmin()
                .body(Map.of("username", "admin", "password", "long enough"))
                .post("/api/v1/users")
                .then()
                .statusCode(409);
    }

    @Test
    void aTokenIsShownOnceAndOpensNothingWhenRevoked() {
        Api.User user = Api.newUser("carl");
        Response made = user.request().body(Map.of("name", "notebook")).post("/api/v1/tokens");
        String secret = made.then().statusCode(201).extract().path("token");
        assertThat(secret).startsWith("une_").hasSizeGreaterThan(40);
        Api.as(secret).get("/api/v1/me").then().statusCode(200).body("username", equalTo(user.username()));

        String listed = user.request()
                .get("/api/v1/tokens")
                .then()
                .statusCode(200)
                .body("name", hasItem("notebook"))
                .body("find { it.name == 'notebook' }.lastUsedAt", not(nullValue()))
                .extract()
                .asString();
        assertThat(listed).doesNotContain(secret).contains(secret.substring(0, 10));

        String address = made.header("Location");
        Api.newUser("mallory").request().delete(address).then().statusCode(404);
        Api.as(secret).get("/api/v1/me").then().statusCode(200);
        user.request().delete(address).then().statusCode(204);
        Api.as(secret)
                .get("/api/v1/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", startsWith("Bearer"))
                .body("status", equalTo(401), "detail", containsString("revoked"));
        user.request().delete(address).then().statusCode(404);
    }

    @Test
    void withoutSignInTheApiAnswersAProblemAndNoRedirect() {
        given().redirects()
                .follow(false)
                .get("/api/v1/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("title", equalTo("Unauthorized"), "instance", equalTo("/api/v1/me"));
        Api.as("une_nobody's").get("/api/v1/me").then().statusCode(401);
        Api.as("").get("/api/v1/me").then().statusCode(401);
        given().get("/api/v1/no/such/thing").then().statusCode(401);
    }

    @Test
    void aBadTokenIsNotExcusedByAGoodCookie() {
        Api.User user = Api.newUser("dora");
        given().cookie(Api.session(user.username(), user.password()))
                .header("Authorization", "Bearer une_wrong")
                .get("/api/v1/me")
                .then()
                .statusCode(401);
    }

    @Test
    void theSessionCookieIsHiddenFromScriptsAndOtherSites() {
        Api.User user = Api.newUser("edda");
        Cookie session = Api.session(user.username(), user.password());
        assertThat(session.isHttpOnly()).isTrue();
        assertThat(session.getSameSite()).isEqualToIgnoringCase("lax");
        given().cookie(session).get("/api/v1/me").then().statusCode(200).body("username", equalTo(user.username()));
    }

    @Test
    void wrongPasswordsLeadBackToTheForm() {
        Api.User user = Api.newUser("finn");
        Response refused = Api.signIn(user.username(), "not this one");
        assertThat(refused.statusCode()).isEqualTo(302);
        assertThat(refused.header("Location")).endsWith("/login?error");
        assertThat(refused.getCookies())
                .noneSatisfy((name, value) -> assertThat(name).startsWith("unembed-session"));
        assertThat(Api.signIn("nobody\0", "whatever").header("Location")).endsWith("/login?error");
    }

    @Test
    void guessingIsSlowedDownForThatNameOnly() {
        Api.User victim = Api.newUser("greta");
        Api.User other = Api.newUser("hans");
        for (int i = 0; i < GuessingBrake.FREE_GUESSES; i++) {
            Api.signIn(victim.username(), "guess " + i);
        }
        assertThat(Api.signIn(victim.username(), victim.password()).header("Location"))
                .endsWith("/login?error");
        assertThat(Api.signIn(other.username(), other.password()).header("Location"))
                .doesNotContain("login");
    }

    @Test
    void aDeactivatedUserIsOutAtOnce() {
        Api.User user = Api.newUser("ines");
        Cookie session = Api.session(user.username(), user.password());
        Api.asAdmin()
                .body(Map.of("active", false))
                .patch("/api/v1/users/{id}", user.id())
                .then()
                .statusCode(200)
                .body("active", equalTo(false));
        user.request().get("/api/v1/me").then().statusCode(401);
        given().cookie(session)
                .get("/api/v1/me")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .cookie(session.getName(), "");
        given().cookie(session).get("/q/health/live").then().statusCode(200);
        assertThat(Api.signIn(user.username(), user.password()).header("Location"))
                .endsWith("/login?error");

        Api.asAdmin().body(Map.of("active", true)).patch("/api/v1/users/{id}", user.id());
        user.request().get("/api/v1/me").then().statusCode(200);
    }

    @Test
    void aUserChangesTheOwnPassword() {
        Api.User user = Api.newUser("jan");
        user.request()
                .body(Map.of("oldPassword", "wrong one", "newPassword", "another password"))
                .post("/api/v1/me/password")
                .then()
                .statusCode(422);
        user.request()
                .body(Map.of("oldPassword", user.password(), "newPassword", "short"))
                .post("/api/v1/me/password")
                .then()
                .statusCode(422);
        user.request()
                .body(Map.of("oldPassword", user.password(), "newPassword", "another password"))
                .post("/api/v1/me/password")
                .then()
                .statusCode(204);
        assertThat(Api.signIn(user.username(), user.password()).header("Location"))
                .endsWith("/login?error");
        Api.session(user.username(), "another password");
    }

    @Test
    void theLastAdministratorStaysOne() {
        long admin = Api.asAdmin().get("/api/v1/me").jsonPath().getLong("id");
        Api.asAdmin()
                .body(Map.of("admin", false))
                .patch("/api/v1/users/{id}", admin)
                .then()
                .statusCode(409)
                .body("detail", containsString("last active administrator"));
        Api.asAdmin()
                .body(Map.of("active", false))
                .patch("/api/v1/users/{id}", admin)
                .then()
                .statusCode(409);
        Api.asAdmin().get("/api/v1/me").then().body("admin", equalTo(true), "active", equalTo(true));
    }

    @Test
    void nobodyMakesTokensForOthers() {
        Api.User user = Api.newUser("kim");
        Api.asAdmin()
                .contentType(ContentType.JSON)
                .body(Map.of("name", "x"))
                .post("/api/v1/users/{id}/tokens", user.id())
                .then()
                .statusCode(404);
    }
}
