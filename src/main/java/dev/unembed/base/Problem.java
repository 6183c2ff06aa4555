package dev.unembed.base;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An error as RFC 9457 says it: {@code application/problem+json}.
 *
 * @param detail what is wrong with this request and what to do
 * @param instance the path asked for
 * @param errors the wrong fields, where there can be several
 * @param incident under which the log tells more, for failures of ours
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@Schema(description = "An error, as RFC 9457 says it.")
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        List<FieldError> errors,
        @Nullable String incident) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** @param field the path of the wrong field, as the client wrote it */
    public record FieldError(String field, String message) {}

    public static Problem of(int status, String detail) {
        String title = HttpResponseStatus.valueOf(status).reasonPhrase();
        return new Problem("about:blank", title, status, detail, null, List.of(), null);
    }

    Problem at(String path) {
        return new Problem(type, title, status, detail, path, errors, incident);
    }

    Problem withErrors(List<FieldError> found) {
        return new Problem(type, title, status, detail, instance, found, incident);
    }

    Problem withIncident(String id) {
        return new Problem(type, title, status, detail, instance, errors, id);
    }

    Response toResponse() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }

    /** For what is refused before it reaches a resource. */
    public Future<Void> send(RoutingContext context) {
        JsonObject body = new JsonObject()
                .put("type", type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("instance", context.normalizedPath());
        return context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .end(body.encode());
    }
}
