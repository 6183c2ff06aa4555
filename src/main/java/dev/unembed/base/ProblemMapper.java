package dev.unembed.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.ResourcesExhausted;
import io.quarkus.security.ForbiddenException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/**
 * Every error of the API as a {@link Problem}. The three kinds of failure part here: what the user can fix is told as it
 * is, exhausted resources too; a failure of ours shows only the number under which the log has it. Failed authentication
 * isn't mapped here: its answer, a problem or a redirect to the form, is the mechanisms' challenge.
 */
class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    Response invalidInput(InvalidInput e, UriInfo uri) {
        return answer(422, e.getMessage(), uri);
    }

    @ServerExceptionMapper
    Response notFound(NotFound e, UriInfo uri) {
        return answer(404, e.getMessage(), uri);
    }

    @ServerExceptionMapper
    Response forbidden(Forbidden e, UriInfo uri) {
        return answer(403, e.getMessage(), uri);
    }

    @ServerExceptionMapper
    Response conflict(Conflict e, UriInfo uri) {
        return answer(409, e.getMessage(), uri);
    }

    @ServerExceptionMapper
    Response resourcesExhausted(ResourcesExhausted e, UriInfo uri) {
        LOG.warnf("%s: %s", uri.getPath(), e.getMessage());
        return answer(507, e.getMessage(), uri);
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException e, UriInfo uri) {
        return answer(403, "Your account may not do this.", uri);
    }

    @ServerExceptionMapper
    Response invalid(ConstraintViolationException e, UriInfo uri) {
        List<Problem.FieldError> errors = e.getConstraintViolations().stream()
                .map(violation -> new Problem.FieldError(field(violation), violation.getMessage()))
                .sorted(Comparator.comparing(Problem.FieldError::field))
                .toList();
        String detail = errors.stream()
                .map(error -> error.field().isEmpty()
                        ? "The request needs a JSON body."
                        : "%s: %s".formatted(error.field(), error.message()))
                .collect(Collectors.joining("; "));
        return Problem.of(422, detail).withErrors(errors).at(uri.getPath()).toResponse();
    }

    /** Two requests made the same thing at once; the later one loses. */
    @ServerExceptionMapper
    Response clash(org.hibernate.exception.ConstraintViolationException e, UriInfo uri) {
        if (e.getKind() == ConstraintKind.UNIQUE) {
            return answer(409, "The same was made by another request at this moment. Look again.", uri);
        }
        return failure(e, uri);
    }

    @ServerExceptionMapper
    Response mismatch(MismatchedInputException e, UriInfo uri) {
        return cameFromRequest(e) ? unreadable(e, uri) : failure(e, uri);
    }

    /** A record's own constructor refused its values. */
    @ServerExceptionMapper
    Response refused(ValueInstantiationException e, UriInfo uri) {
        if (!cameFromRequest(e)) {
            return failure(e, uri);
        }
        return e.getCause() instanceof InvalidInput invalid ? invalidInput(invalid, uri) : unreadable(e, uri);
    }

    @ServerExceptionMapper
    Response webApplication(WebApplicationException e, UriInfo uri, Request request) {
        if (e.getCause() instanceof ValueInstantiationException refused) {
            return refused(refused, uri);
        }
        if (e.getCause() instanceof JsonProcessingException unreadable) {
            return unreadable(unreadable, uri);
        }
        Response given = e.getResponse();
        int status = given.getStatus();
        if (status < 400 || given.hasEntity()) {
            return given;
        }
        if (status >= 500) {
            return failure(e, uri);
        }
        Response.ResponseBuilder answer = Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(Problem.of(status, detail(status, given, uri, request)).at(uri.getPath()));
        String allow = given.getHeaderString(HttpHeaders.ALLOW);
        if (allow != null) {
            answer.header(HttpHeaders.ALLOW, allow);
        }
        return answer.build();
    }

    @ServerExceptionMapper
    Response failure(Throwable e, UriInfo uri) {
        String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        LOG.errorf(e, "Incident %s: %s failed", incident, uri.getPath());
        return Problem.of(
                        500,
                        "Something failed on our side. The server's log tells more under incident " + incident + ".")
                .withIncident(incident)
                .at(uri.getPath())
                .toResponse();
    }

    private static Response answer(int status, @Nullable String detail, UriInfo uri) {
        return Problem.of(status, detail == null ? "" : detail)
                .at(uri.getPath())
                .toResponse();
    }

    private static Response unreadable(JsonProcessingException e, UriInfo uri) {
        String field = e instanceof JsonMappingException mapping ? path(mapping) : "";
        String detail = switch (e) {
            case UnrecognizedPropertyException unknown ->
                "Unknown field \"%s\"; known are: %s.".formatted(field, known(unknown.getKnownPropertyIds()));
            case InvalidFormatException wrong
            when wrong.getTargetType().isEnum() ->
                "%s: expected one of %s, not \"%s\"."
                        .formatted(field, Arrays.toString(wrong.getTargetType().getEnumConstants()), wrong.getValue());
            case MismatchedInputException wrong
            when wrong.getOriginalMessage().startsWith("a text without") ->
                "%s: expected %s.".formatted(field, wrong.getOriginalMessage());
            case MismatchedInputException wrong when wrong.getPath().isEmpty() -> "The body is to be a JSON object.";
            case MismatchedInputException wrong -> "%s: expected %s.".formatted(field, expected(wrong.getTargetType()));
            case StreamReadException malformed -> "The body isn't valid JSON: " + where(malformed);
            default ->
                e.getCause() instanceof StreamReadException malformed
                        ? "The body isn't valid JSON: " + where(malformed)
                        : "The body can't be read: " + e.getOriginalMessage();
        };
        Problem problem = Problem.of(400, detail).at(uri.getPath());
        return (field.isEmpty() ? problem : problem.withErrors(List.of(new Problem.FieldError(field, detail))))
                .toResponse();
    }

    private static String where(StreamReadException malformed) {
        return "%s (line %d, column %d)."
                .formatted(
                        malformed.getOriginalMessage(),
                        malformed.getLocation().getLineNr(),
                        malformed.getLocation().getColumnNr());
    }

    private static String detail(int status, Response given, UriInfo uri, Request request) {
        return switch (status) {
            case 404 -> "There is nothing at %s.".formatted(uri.getPath());
            case 405 -> "%s isn't possible on %s.".formatted(request.getMethod(), uri.getPath());
            case 406 -> "None of the media types in Accept can be answered here; application/json can.";
            case 413 -> "The body is too large.";
            case 415 -> "The body's media type isn't understood; send application/json.";
            default -> given.getStatusInfo().getReasonPhrase() + ".";
        };
    }

    /** Our own code may fail to read JSON too (a stored column, say): that isn't the client's fault. */
    private static boolean cameFromRequest(Throwable e) {
        return Arrays.stream(e.getStackTrace())
                .anyMatch(frame -> frame.getClassName().contains("MessageBodyReader"));
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private static String known(@Nullable Collection<Object> names) {
        return names == null
                ? "none"
                : names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "another type";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number in range";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a number";
        }
        if (type.isArray() || Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type.isEnum() ? "one of " + Arrays.toString(type.getEnumConstants()) : "an object";
    }

    /** The field as the client wrote it: without the method and its parameter's name; empty for the whole body. */
    private static String field(ConstraintViolation<?> violation) {
        List<String> names = new ArrayList<>();
        boolean body = false;
        for (Path.Node node : violation.getPropertyPath()) {
            switch (node.getKind()) {
                case METHOD, CONSTRUCTOR, CROSS_PARAMETER, RETURN_VALUE -> {}
                case PARAMETER -> {
                    body = node.getName().equals("body");
                    if (!body) {
                        names.add(node.getName());
                    }
                }
                default -> names.add(node.toString());
            }
        }
        return String.join(".", names);
    }
}
