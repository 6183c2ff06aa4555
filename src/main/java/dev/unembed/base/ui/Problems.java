package dev.unembed.base.ui;

import com.vaadin.flow.component.UI;
import com.vaadin.flow.server.ErrorEvent;
import com.vaadin.flow.server.ErrorHandler;
import dev.unembed.base.Conflict;
import dev.unembed.base.Forbidden;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.ResourcesExhausted;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures in words. What a person can mend or wait for is told with the service's own sentence; anything else is our
 * fault: it is logged under a reference that the person is given.
 */
public final class Problems implements ErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    @Override
    public void error(ErrorEvent event) {
        Throwable failure = event.getThrowable();
        if (failure instanceof IOException) {
            LOG.debug("A browser went away in the middle of a request", failure);
            return;
        }
        String sentence = sentence(failure);
        if (UI.getCurrent() != null) {
            Notices.problem(sentence);
        }
    }

    /** The sentence to show; logs what is our fault. */
    public static String sentence(Throwable failure) {
        return told(failure).orElseGet(() -> {
            String reference = UUID.randomUUID().toString().substring(0, 8);
            LOG.error("Unexpected failure in the user interface, reference {}", reference, failure);
            return "Something went wrong on our side. Nothing was changed; the log names it by " + reference + ".";
        });
    }

    /** The sentence of a failure that is told as it is, or nothing. */
    public static Optional<String> told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException violation) {
                return Optional.of(violation.getConstraintViolations().stream()
                        .map(each -> label(each) + " " + each.getMessage() + ".")
                        .sorted()
                        .collect(Collectors.joining(" ")));
            }
            if (cause instanceof InvalidInput
                    || cause instanceof NotFound
                    || cause instanceof Forbidden
                    || cause instanceof Conflict
                    || cause instanceof ResourcesExhausted) {
                return Optional.ofNullable(cause.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Messages by the name of the field they are about; empty when the failure names no field. */
    public static Map<String, String> byField(Throwable failure) {
        Map<String, String> messages = new LinkedHashMap<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConstraintViolationException violation) {
                violation
                        .getConstraintViolations()
                        .forEach(each -> messages.putIfAbsent(lastNode(each), capital(each.getMessage()) + "."));
            }
        }
        return messages;
    }

    private static String label(ConstraintViolation<?> violation) {
        return capital(lastNode(violation).replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT));
    }

    private static String lastNode(ConstraintViolation<?> violation) {
        String last = "";
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getName() != null) {
                last = node.getName();
            }
        }
        return last;
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
