package dev.unembed.base.ui;

import com.vaadin.flow.component.Key;
import com.vaadin.flow.component.button.Button;
import com.vaadin.flow.component.customfield.CustomField;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.NativeButton;
import com.vaadin.flow.component.html.Span;
import com.vaadin.flow.component.textfield.TextField;
import dev.unembed.engine.text.TokenizedPrompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A list of tokens, each checked the moment it is entered. The value holds a text as typed, or a number for an id;
 * where only a leading space stands between a text and one token, the other spelling is offered.
 */
public class TokensField extends CustomField<List<Object>> {
    private final TextField input = new TextField();
    private final Div chips = Parts.row();
    private final Div answer = Parts.div("row answer");
    private final List<Object> tokens = new ArrayList<>();
    private Function<String, TokenizedPrompt> encode;

    /** @param encode the model's tokenizer, without a BOS token */
    public TokensField(String label, Function<String, TokenizedPrompt> encode) {
        super(List.of());
        this.encode = encode;
        setLabel(label);
        input.setPlaceholder("·Paris or #262");
        input.setAriaLabel(label + ": token to add");
        input.addKeyDownListener(Key.ENTER, event -> add());
        Button add = new Button("Track", event -> add());
        Div line = Parts.row(input, add);
        answer.getElement().setAttribute("aria-live", "polite");
        add(Parts.div("tokens-field", chips, line, answer));
        addClassName("tokens");
        draw();
    }

    /** Another model reads texts differently: every token is checked again, and those that fail are named. */
    public void setEncoder(Function<String, TokenizedPrompt> encode) {
        this.encode = encode;
        answer.removeAll();
        for (Object token : tokens) {
            if (token instanceof String text && TokenEntry.read(text, encode) instanceof TokenEntry.Refused refused) {
                answer.add(Parts.text(refused.sentence(), "problem"));
            }
        }
    }

    /** What is typed but not added yet counts too: adds it, and says whether nothing is left that can't be. */
    public boolean complete() {
        return input.isEmpty() || add();
    }

    private boolean add() {
        return add(input.getValue());
    }

    private boolean add(String typed) {
        answer.removeAll();
        return switch (TokenEntry.read(typed, encode)) {
            case TokenEntry.Accepted accepted -> {
                if (!tokens.contains(accepted.value())) {
                    tokens.add(accepted.value());
                }
                input.clear();
                input.focus();
                draw();
                updateValue();
                offer(accepted.variant(), "Instead of “" + Figures.visible(accepted.shown()) + "”:", accepted.value());
                yield true;
            }
            case TokenEntry.Refused refused -> {
                answer.add(Parts.text(refused.sentence(), "problem"));
                offer(refused.variant(), "", null);
                yield false;
            }
        };
    }

    private void offer(@Nullable String variant, String lead, @Nullable Object replaced) {
        if (variant == null || tokens.contains(variant)) {
            return;
        }
        if (!lead.isEmpty()) {
            answer.add(Parts.muted(lead));
        }
        answer.add(Parts.plain("Track “" + Figures.visible(variant) + "”", () -> {
            if (replaced != null) {
                tokens.remove(replaced);
            }
            add(variant);
            answer.removeAll();
        }));
    }

    private void draw() {
        chips.removeAll();
        for (Object token : tokens) {
            String shown = token instanceof String text ? Figures.visible(text) : "#" + token;
            NativeButton remove = new NativeButton("×", event -> {
                tokens.remove(token);
                draw();
                updateValue();
            });
            remove.addClassName("remove");
            remove.setAriaLabel("Don't track " + shown);
            Span chip = new Span(Parts.text(shown, "tok"), remove);
            chip.addClassName("chip");
            chips.add(chip);
        }
        chips.setVisible(!tokens.isEmpty());
    }

    @Override
    protected List<Object> generateModelValue() {
        return List.copyOf(tokens);
    }

    @Override
    protected void setPresentationValue(@Nullable List<Object> value) {
        tokens.clear();
        Objects.requireNonNullElse(value, List.of()).stream().distinct().forEach(tokens::add);
        draw();
    }
}
