package dev.unembed.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unembed.testing.Api;
import dev.unembed.testing.Api.User;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What tests of runs have in common: submitting them over HTTP and waiting for what comes of them. */
public final class RunTesting {
    private RunTesting() {}

    public static Map<String, Object> counting(long workspace, Map<String, Object> params) {
        return body(workspace, "counting", params);
    }

    public static Map<String, Object> lens(long workspace, Map<String, Object> params) {
        return body(workspace, "lens", params);
    }

    public static Map<String, Object> attribution(long workspace, Map<String, Object> params) {
        return body(workspace, "attribution", params);
    }

    public static Map<String, Object> patching(long workspace, Map<String, Object> params) {
        return body(workspace, "patching", params);
    }

    private static Map<String, Object> body(long workspace, String kind, Map<String, Object> params) {
        Map<String, Object> body = new HashMap<>();
        body.put("workspace", workspace);
        body.put("kind", kind);
        body.put("model", "demo");
        body.put("params", params);
        return body;
    }

    /** Submits a run that is new, and answers its id. */
    public static long submit(User user, Map<String, Object> body) {
        return user.request()
                .body(body)
                .post("/api/v1/runs")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    public static JsonPath run(User user, long id) {
        return user.request()
                .get("/api/v1/runs/{id}", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    public static JsonPath awaitStatus(User user, long id, String status) {
        JsonPath last = await(
                "run " + id + " " + status,
                () -> run(user, id),
                run -> run.getString("status").equals(status)
                        || run.getString("status").matches("SUCCEEDED|FAILED|CANCELLED"));
        assertThat(last.getString("status")).as(last.prettify()).isEqualTo(status);
        return last;
    }

    public static void awaitDemoModel() {
        await("model demo", () -> Api.asAdmin().get("/api/v1/models/demo"), response -> response.statusCode() == 200);
    }

    /** Asks again until the condition holds; fails with the last answer after 60 seconds. */
    public static <T> T await(String what, Supplier<T> question, Predicate<T> condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        T last = question.get();
        while (!condition.test(last)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what + "; last: "
                        + (last instanceof JsonPath json
                                ? json.prettify()
                                : last instanceof Response r ? r.asString() : last));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            last = question.get();
        }
        return last;
    }
}
