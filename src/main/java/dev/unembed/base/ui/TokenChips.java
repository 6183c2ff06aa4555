package dev.unembed.base.ui;

import com.vaadin.flow.component.AttachEvent;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.ComponentEvent;
import com.vaadin.flow.component.ComponentEventListener;
import com.vaadin.flow.component.DomEvent;
import com.vaadin.flow.component.EventData;
import com.vaadin.flow.component.HasSize;
import com.vaadin.flow.component.HasStyle;
import com.vaadin.flow.component.Tag;
import com.vaadin.flow.component.dependency.JsModule;
import com.vaadin.flow.shared.Registration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens a model makes of a text, shown while it is typed.
 *
 * <p>The browser asks the token preview itself, 150 ms after the last change. {@link #follow(Component)} reads the text
 * straight from a field in the page, so that typing needs no round trip to the session.
 */
@Tag("token-chips")
@JsModule("./token-chips/token-chips.ts")
public class TokenChips extends Component implements HasSize, HasStyle {

    private @Nullable Component followed;

    /** Name of the model whose tokenizer is asked; without one nothing is shown. */
    public void setModel(@Nullable String name) {
        getElement().setProperty("model", name == null ? "" : name);
    }

    /** The text to show; not needed when the chips {@link #follow} a field. */
    public void setText(String text) {
        getElement().setProperty("text", text);
    }

    /** Beginning-of-sequence policy: {@code default}, {@code always} or {@code never}. */
    public void setBos(String policy) {
        getElement().setProperty("bos", policy);
    }

    /** Takes the text from every keystroke in the given field (any Vaadin text component on the same page). */
    public void follow(Component field) {
        followed = field;
        if (isAttached()) {
            followInBrowser(field);
        }
    }

    @Override
    protected void onAttach(AttachEvent attachEvent) {
        super.onAttach(attachEvent);
        if (followed != null) {
            followInBrowser(followed);
        }
    }

    private void followInBrowser(Component field) {
        getElement().executeJs("this.follow($0)", field.getElement());
    }

    /** Hears what the preview said: how many tokens, how many warnings, or why there are none. */
    public Registration addTokensChangeListener(ComponentEventListener<TokensChangeEvent> listener) {
        return addListener(TokensChangeEvent.class, listener);
    }

    /** The preview of the current text arrived, or failed. */
    @DomEvent("tokens-change")
    public static class TokensChangeEvent extends ComponentEvent<TokenChips> {

        private static final int LONGEST_ERROR = 500;

        private final int count;
        private final int warnings;
        private final String error;

        /** Called by Flow with what the browser says; it informs the form and decides nothing. */
        public TokensChangeEvent(
                TokenChips source,
                boolean fromClient,
                @EventData("event.detail.count | 0") int count,
                @EventData("event.detail.warnings.length | 0") int warnings,
                @EventData("String(event.detail.error ?? '')") @Nullable String error) {
            super(source, fromClient);
            String text = error == null ? "" : error;
            this.count = Math.max(0, count);
            this.warnings = Math.max(0, warnings);
            this.error = text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR);
        }

        /** Number of tokens, BOS included; 0 without a preview. */
        public int getCount() {
            return count;
        }

        /** Number of warnings shown. */
        public int getWarnings() {
            return warnings;
        }

        /** The sentence of the server, if it refused the text. */
        public Optional<String> getError() {
            return error.isEmpty() ? Optional.empty() : Optional.of(error);
        }
    }
}
