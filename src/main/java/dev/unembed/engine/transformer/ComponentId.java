package dev.unembed.engine.transformer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a model that writes into the final stream or the logits; together they are the whole of it. Prints and parses
 * as {@code L3H7}, {@code MLP3}, {@code attn_bias3}, {@code embed}, {@code pos_embed}, {@code ln_final_bias}, {@code b_U},
 * {@code softcap}.
 */
public sealed interface ComponentId {
    /** The tokens' embedding, as the stream gets it. */
    record Embedding() implements ComponentId {
        @Override
        public String toString() {
            return "embed";
        }
    }

    /** The learned embedding of positions. */
    record PositionEmbedding() implements ComponentId {
        @Override
        public String toString() {
            return "pos_embed";
        }
    }

    /** One query head, without the part of its value bias. */
    record Head(int layer, int head) implements ComponentId {
        @Override
        public String toString() {
            return "L" + layer + "H" + head;
        }
    }

    /** Attention's output bias, with what the value biases of all heads give: patterns sum to 1, so it is constant. */
    record AttentionBias(int layer) implements ComponentId {
        @Override
        public String toString() {
            return "attn_bias" + layer;
        }
    }

    /** One MLP, its output bias included. */
    record Mlp(int layer) implements ComponentId {
        @Override
        public String toString() {
            return "MLP" + layer;
        }
    }

    /** The bias of the final norm. */
    record FinalNormBias() implements ComponentId {
        @Override
        public String toString() {
            return "ln_final_bias";
        }
    }

    /** The bias of the unembedding. */
    record UnembeddingBias() implements ComponentId {
        @Override
        public String toString() {
            return "b_U";
        }
    }

    /** What the soft cap of the logits takes away. */
    record SoftCap() implements ComponentId {
        @Override
        public String toString() {
            return "softcap";
        }
    }

    Pattern FORM = Pattern.compile("L(\\d{1,4})H(\\d{1,4})|MLP(\\d{1,4})|attn_bias(\\d{1,4})");

    /** @throws InvalidInput saying how a component is written */
    @JsonCreator
    static ComponentId parse(String text) {
        Matcher m = FORM.matcher(text);
        if (m.matches()) {
            if (m.group(1) != null) {
                return new Head(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
            }
            return m.group(3) != null
                    ? new Mlp(Integer.parseInt(m.group(3)))
                    : new AttentionBias(Integer.parseInt(m.group(4)));
        }
        return switch (text) {
            case "embed" -> new Embedding();
            case "pos_embed" -> new PositionEmbedding();
            case "ln_final_bias" -> new FinalNormBias();
            case "b_U" -> new UnembeddingBias();
            case "softcap" -> new SoftCap();
            default ->
                throw new InvalidInput(
                        "'" + text + "' names no component; heads are written L9H6, MLPs MLP0, and there are"
                                + " attn_bias0, embed, pos_embed, ln_final_bias, b_U and softcap.");
        };
    }

    /** The name, as it is stored and shown. */
    @JsonValue
    default String text() {
        return toString();
    }
}
