package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.vaadin.flow.server.ErrorEvent;
import dev.unembed.base.NotFound;
import dev.unembed.engine.InvalidInput;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.Max;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProblemsTest {
    record Bounded(@Max(100) int topK) {}

    @Test
    void sentencesForPeopleAreToldAsTheyAre() {
        assertThat(Problems.sentence(new InvalidInput("Prompt has 1311 tokens; gpt2 reads at most 1024. Shorten it.")))
                .isEqualTo("Prompt has 1311 tokens; gpt2 reads at most 1024. Shorten it.");
        assertThat(Problems.sentence(new RuntimeException("transaction", new NotFound("No run 7."))))
                .isEqualTo("No run 7.");
    }

    @Test
    void ourOwnFailuresKeepTheirDetailsToTheLog() {
        String sentence = Problems.sentence(new IllegalStateException("jdbc:postgresql://secret"));

        assertThat(sentence).contains("our side").doesNotContain("jdbc").matches(".*by [0-9a-f]{8}\\.");
    }

    @Test
    void aFailureWithoutAnOpenPageIsLoggedAndTellsNobody() {
        assertThatNoException().isThrownBy(() -> {
            new Problems().error(new ErrorEvent(new IOException("Read timeout")));
            new Problems().error(new ErrorEvent(new InvalidInput("Prompt is empty.")));
        });
    }

    @Test
    void violationsAreFiledUnderTheirField() {
        try (ValidatorFactory factory = Validation.buildDefaultValidatorFactory()) {
            var violation =
                    new ConstraintViolationException(factory.getValidator().validate(new Bounded(101)));

            assertThat(Problems.byField(new RuntimeException(violation))).containsOnlyKeys("topK");
            assertThat(Problems.sentence(violation)).startsWith("Top k ").contains("100");
        }
    }
}
