package dev.unembed.promptset.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.Parts;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.prompt.PromptExample;
import dev.unembed.engine.prompt.PromptGenerator;
import dev.unembed.promptset.Origin;
import org.jspecify.annotations.Nullable;

/** Prompt sets in words. */
final class PromptSetWords {
    private PromptSetWords() {}

    static String address(long id) {
        return "promptsets/" + id;
    }

    /** {@code Indirect object (IOI)}; the stored name of a generator that is no more. */
    static String generator(String name) {
        try {
            return PromptGenerator.of(name).label();
        } catch (InvalidInput gone) {
            return name;
        }
    }

    /** {@code made by ioi version 1, seed 7, templates ioi/1, ioi/2, for demo}. */
    static String origin(@Nullable Origin origin) {
        if (origin == null) {
            return "written or imported, not generated";
        }
        return "made by " + origin.recipe().generator() + " version "
                + origin.recipe().version() + ", seed "
                + origin.recipe().seed() + ", " + templates(origin) + ", for " + origin.model()
                + (origin.edited() ? "; changed by hand since" : "");
    }

    private static String templates(Origin origin) {
        int count = origin.recipe().templates().size();
        return count <= 4 ? "templates " + String.join(", ", origin.recipe().templates()) : count + " templates";
    }

    /** An example on one line: prompt, answer, not foil. */
    static Component line(PromptExample example) {
        Span line = new Span(new Span(example.prompt()), Parts.token(example.answer()));
        String foil = example.foil();
        if (foil != null) {
            line.add(Parts.muted(" not "), Parts.text(foil.replace(' ', '·'), "tok faded"));
        }
        line.addClassName("example-line");
        return line;
    }
}
