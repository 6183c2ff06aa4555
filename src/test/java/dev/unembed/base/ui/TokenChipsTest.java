package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.ComponentUtil;
import dev.unembed.base.ui.TokenChips.TokensChangeEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenChipsTest {

    private final TokenChips chips = new TokenChips();

    @Test
    void modelTextAndPolicyAreProperties() {
        chips.setModel("demo");
        chips.setText("The capital of France is");
        chips.setBos("never");

        assertThat(chips.getElement().getProperty("model")).isEqualTo("demo");
        assertThat(chips.getElement().getProperty("text")).isEqualTo("The capital of France is");
        assertThat(chips.getElement().getProperty("bos")).isEqualTo("never");
    }

    @Test
    void withoutAModelNothingIsAsked() {
        chips.setModel("demo");
        chips.setModel(null);

        assertThat(chips.getElement().getProperty("model")).isEmpty();
    }

    @Test
    void listenersHearTheCountAndTheServersSentence() {
        List<TokensChangeEvent> heard = new ArrayList<>();
        chips.addTokensChangeListener(heard::add);

        ComponentUtil.fireEvent(chips, new TokensChangeEvent(chips, true, 6, 1, null));
        ComponentUtil.fireEvent(chips, new TokensChangeEvent(chips, true, 0, 0, "Prompt is too long. Shorten it."));

        assertThat(heard.getFirst().getCount()).isEqualTo(6);
        assertThat(heard.getFirst().getWarnings()).isEqualTo(1);
        assertThat(heard.getFirst().getError()).isEmpty();
        assertThat(heard.getLast().getError()).contains("Prompt is too long. Shorten it.");
    }

    @Test
    void figuresFromTheBrowserAreBounded() {
        TokensChangeEvent event = new TokensChangeEvent(chips, true, -5, -1, "x".repeat(100_000));

        assertThat(event.getCount()).isZero();
        assertThat(event.getWarnings()).isZero();
        assertThat(event.getError().orElseThrow()).hasSize(500);
    }
}
