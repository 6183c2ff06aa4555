package dev.unembed.testing;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.http.Cookie;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests to the application under test, as somebody. Needs {@link PostgresResource}. */
public final class Api {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private Api() {}

    /** @param token of the user's, made for the test */
    public record User(long id, String username, String password, String token) {
        /** A request with the user's token and a JSON body to come. */
        public RequestSpecification request() {
            return as(token);
        }
    }

    public static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
    }

    public static RequestSpecification asAdmin() {
        return as(PostgresResource.ADMIN_TOKEN);
    }

    /** A name nobody has yet. */
    public static String unique(String stem) {
        return stem + "-" + NAMES.incrementAndGet();
    }

    public static User newUser(String stem) {
        String username = unique(stem);
        String password = "the password of " + username;
        long id = asAdmin()
                .body(Map.of("username", username, "displayName", "The " + stem, "password", password))
                .post("/api/v1/users")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
        String token = given().cookie(session(username, password))
                .contentType(ContentType.JSON)
                .body(Map.of("name", "test"))
                .post("/api/v1/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
        return new User(id, username, password, token);
    }

    public static long newWorkspace(User owner, String stem) {
        return owner.request()
                .body(Map.of("name", unique(stem)))
                .post("/api/v1/workspaces")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /** @param role VIEWER, EDITOR or OWNER */
    public static void addMember(User owner, long workspace, User member, String role) {
        owner.request()
                .body(Map.of("username", member.username(), "role", role))
                .post("/api/v1/workspaces/{id}/members", workspace)
                .then()
                .statusCode(201);
    }

    /** Signs in by the form, as a browser does. */
    public static Response signIn(String username, String password) {
        return given().redirects()
                .follow(false)
                .formParam("username", username)
                .formParam("password", password)
                .post("/j_security_check");
    }

    /** The cookie of a signed-in browser. */
    public static Cookie session(String username, String password) {
        Response response = signIn(username, password);
        return response.getDetailedCookies().asList().stream()
                .filter(cookie -> cookie.getName().startsWith("unembed-session-"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no session: " + response.statusLine()));
    }
}
