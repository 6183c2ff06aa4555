package dev.unembed.engine.circuit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.transformer.ComponentId;
import org.jspecify.annotations.Nullable;

/**
 * A head or an MLP, everywhere or at one named position: {@code L9H9}, {@code MLP0@S2}.
 *
 * @param position a name, or null for all positions
 */
public record CircuitNode(ComponentId component, @Nullable String position) {
    public CircuitNode {
        if (!(component instanceof ComponentId.Head || component instanceof ComponentId.Mlp)) {
            throw new InvalidInput("'" + component + "' can't be part of a circuit; heads (L9H9) and MLPs (MLP0) can.");
        }
        if (position != null && !position.matches("[A-Za-z0-9][A-Za-z0-9_+ -]{0,39}")) {
            throw new InvalidInput("'" + position + "' is no name of a position; expected letters and digits, such as"
                    + " END or S1+1.");
        }
    }

    public static CircuitNode of(ComponentId component) {
        return new CircuitNode(component, null);
    }

    /** @throws InvalidInput saying how a node is written */
    @JsonCreator
    public static CircuitNode parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? of(ComponentId.parse(text.strip()))
                : new CircuitNode(
                        ComponentId.parse(text.substring(0, at).strip()),
                        text.substring(at + 1).strip());
    }

    public int layer() {
        return switch (component) {
            case ComponentId.Head head -> head.layer();
            case ComponentId.Mlp mlp -> mlp.layer();
            default -> throw new IllegalStateException(component + " is in no circuit");
        };
    }

    @JsonValue
    @Override
    public String toString() {
        return position == null ? component.toString() : component + "@" + position;
    }
}
