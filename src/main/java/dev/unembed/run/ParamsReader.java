package dev.unembed.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.experiment.Experiment;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Parameters of an experiment between JSON and its record, strictly: an unknown name or a wrong type is refused with what
 * was expected. Defaults are the record's own business (its compact constructor), so that every way in gets the same.
 */
@ApplicationScoped
public class ParamsReader {
    /** A longer text can't be a prompt of any model here; refused before anything expensive touches it. */
    static final int MAX_TEXT_CHARACTERS = 200_000;

    private final Validator validator;
    private final ObjectMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .build();

    ParamsReader(Validator validator) {
        this.validator = validator;
    }

    /** @throws InvalidInput naming the parameter, what was expected and what came */
    public <P extends Record> P read(Experiment<P, ?> experiment, ObjectNode params) {
        params.properties().forEach(entry -> requireShort(entry.getKey(), entry.getValue()));
        P read = map(experiment, params);
        Optional<ConstraintViolation<P>> violation = validator.validate(read).stream()
                .min(Comparator.comparing(found -> found.getPropertyPath().toString()));
        violation.ifPresent(found -> {
            throw new InvalidInput("Parameter " + found.getPropertyPath() + " is " + found.getInvalidValue() + "; it "
                    + found.getMessage() + ".");
        });
        return read;
    }

    /** The record as JSON with every default filled in, names sorted: equal parameters give equal JSON. */
    public ObjectNode canonical(Record params) {
        return json.valueToTree(params);
    }

    private <P extends Record> P map(Experiment<P, ?> experiment, ObjectNode params) {
        try {
            return json.treeToValue(params, experiment.paramsType());
        } catch (UnrecognizedPropertyException e) {
            throw new InvalidInput(
                    "Unknown parameter '" + e.getPropertyName() + "' of " + experiment.kind() + "; known: "
                            + names(experiment.paramsType()) + ".",
                    e);
        } catch (JsonMappingException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof InvalidInput invalid) {
                    throw invalid;
                }
            }
            throw new InvalidInput(describe(experiment, e, params), e);
        } catch (JsonProcessingException e) {
            throw new InvalidInput("The parameters can't be read: " + e.getOriginalMessage(), e);
        }
    }

    private static String describe(Experiment<?, ?> experiment, JsonMappingException e, ObjectNode params) {
        String name = e.getPath().stream()
                .map(JsonMappingException.Reference::getFieldName)
                .filter(field -> field != null)
                .findFirst()
                .orElse(null);
        if (name == null) {
            return "The parameters of " + experiment.kind() + " can't be read: " + e.getOriginalMessage();
        }
        String expected = Arrays.stream(experiment.paramsType().getRecordComponents())
                .filter(component -> component.getName().equals(name))
                .map(component -> typeInWords(component.getGenericType().getTypeName()))
                .findFirst()
                .orElse("something else");
        String came = String.valueOf(params.get(name));
        return "Parameter '" + name + "' is " + (came.length() > 100 ? came.substring(0, 100) + "…" : came)
                + "; expected " + expected + ".";
    }

    private static String typeInWords(String type) {
        return switch (type) {
            case "int", "long", "java.lang.Integer", "java.lang.Long" -> "a whole number";
            case "float", "double", "java.lang.Double" -> "a number";
            case "boolean", "java.lang.Boolean" -> "true or false";
            case "java.lang.String" -> "a text";
            case "java.util.List<java.lang.Integer>" -> "a list of whole numbers";
            default -> type.startsWith("java.util.List") ? "a list" : "another kind of value";
        };
    }

    private static void requireShort(String name, JsonNode value) {
        if (value.isTextual()) {
            requireShort(name, value.textValue());
        }
        if (value.isArray() && value.size() > MAX_TEXT_CHARACTERS) {
            throw new InvalidInput("Parameter '" + name + "' has " + value.size() + " entries; at most "
                    + MAX_TEXT_CHARACTERS + " are taken. Shorten it.");
        }
        value.properties().forEach(field -> requireShort(name, field.getKey()));
        value.forEach(entry -> requireShort(name, entry));
    }

    private static void requireShort(String name, String text) {
        if (text.length() > MAX_TEXT_CHARACTERS) {
            throw new InvalidInput("Parameter '" + name + "' has " + text.length() + " characters; at most "
                    + MAX_TEXT_CHARACTERS + " are taken. Shorten it.");
        }
        if (text.indexOf('\0') >= 0) {
            throw new InvalidInput("Parameter '" + name + "' has a NUL character, which can't be stored.");
        }
    }

    private static String names(Class<? extends Record> type) {
        List<RecordComponent> components = List.of(type.getRecordComponents());
        return components.stream().map(RecordComponent::getName).collect(Collectors.joining(", "));
    }
}
