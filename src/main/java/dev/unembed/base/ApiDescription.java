package dev.unembed.base;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import jakarta.ws.rs.core.Application;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** What holds for every call of the API: who may call, and how an error looks. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Unembed",
                        version = "1",
                        description = "A web workspace for teams that look inside transformer language models."
                                + " Errors are RFC 9457 problems (`application/problem+json`)."
                                + " What the caller may not know of answers 404, as if it didn't exist."
                                + " Unknown fields in a request's body are refused.",
                        license = @License(name = "Apache-2.0", identifier = "Apache-2.0")),
        security = {@SecurityRequirement(name = "token"), @SecurityRequirement(name = "session")})
@SecurityScheme(
        securitySchemeName = "token",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "An API token, made on the page Account or by `POST /api/v1/tokens`.")
@SecurityScheme(
        securitySchemeName = "session",
        type = SecuritySchemeType.APIKEY,
        in = SecuritySchemeIn.COOKIE,
        apiKeyName = "unembed-session-8080",
        description = "The browser's session after signing in; the cookie's name ends with the server's port."
                + " Writes are taken from our own pages only.")
public class ApiDescription extends Application {
    /**
     * Adds to every operation of the API the problems that any of them may answer with, and says that free JSON is any
     * object, where the scanner takes Jackson's tree for a list of itself.
     */
    @OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
    public static final class Problems implements OASFilter {
        private static final Map<String, String> ANY = Map.of(
                "400", "The request can't be read: malformed JSON, an unknown field, a value of the wrong type.",
                "401", "Not signed in, or the token is unknown or revoked.",
                "403", "The caller may see this but not do it.",
                "404", "There is no such thing, or none the caller may know of.",
                "422", "A value is wrong; `detail` says which, what was expected and what to do.");

        private static final Map<String, String> WRITES = Map.of("409", "The present state doesn't allow it.");

        private static final Set<String> FREE_JSON = Set.of("ObjectNode", "JsonNode");

        @Override
        public void filterOpenAPI(OpenAPI api) {
            if (api.getComponents() != null && api.getComponents().getSchemas() != null) {
                Map<String, Schema> schemas =
                        new LinkedHashMap<>(api.getComponents().getSchemas());
                FREE_JSON.forEach(name -> schemas.computeIfPresent(
                        name, (key, scanned) -> OASFactory.createSchema().type(List.of(Schema.SchemaType.OBJECT))));
                api.getComponents().setSchemas(schemas);
            }
            if (api.getPaths() == null || api.getPaths().getPathItems() == null) {
                return;
            }
            api.getPaths().getPathItems().forEach((path, item) -> {
                if (path.startsWith("/api/")) {
                    item.getOperations().forEach((method, operation) -> {
                        describe(operation, method.name().equals("GET"));
                        if (path.contains("/result")) {
                            describeResult(operation);
                        }
                    });
                }
            });
        }

        private static void describe(Operation operation, boolean reads) {
            if (operation.getResponses() == null) {
                operation.setResponses(OASFactory.createAPIResponses());
            }
            ANY.forEach((status, meaning) -> add(operation, status, meaning));
            if (!reads) {
                WRITES.forEach((status, meaning) -> add(operation, status, meaning));
            }
        }

        private static void describeResult(Operation operation) {
            operation
                    .getResponses()
                    .addAPIResponse("304", OASFactory.createAPIResponse().description("Unchanged since that ETag."));
            add(operation, "409", "There is no result (yet): `detail` says why.");
        }

        private static void add(Operation operation, String status, String meaning) {
            if (operation.getResponses().hasAPIResponse(status)) {
                return;
            }
            APIResponse response = OASFactory.createAPIResponse()
                    .description(meaning)
                    .content(OASFactory.createContent()
                            .addMediaType(
                                    Problem.MEDIA_TYPE,
                                    OASFactory.createMediaType().schema(problem())));
            operation.getResponses().addAPIResponse(status, response);
        }

        private static Schema problem() {
            Schema text = OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING));
            return OASFactory.createSchema()
                    .type(List.of(Schema.SchemaType.OBJECT))
                    .addProperty("type", text)
                    .addProperty("title", text)
                    .addProperty("status", OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER)))
                    .addProperty("detail", text)
                    .addProperty("instance", text);
        }
    }
}
