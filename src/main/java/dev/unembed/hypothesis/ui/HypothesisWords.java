package dev.unembed.hypothesis.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import dev.unembed.base.ui.Figures;
import dev.unembed.base.ui.Parts;
import dev.unembed.engine.circuit.Universe;
import dev.unembed.engine.prompt.PromptSetRef;
import dev.unembed.hypothesis.HypothesisDetails.Evidence;
import dev.unembed.hypothesis.HypothesisState;
import dev.unembed.hypothesis.PromptSource;
import dev.unembed.hypothesis.Protocol;
import dev.unembed.hypothesis.VersionContent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hypotheses in words: states, sizes, protocols, figures. */
final class HypothesisWords {
    private HypothesisWords() {}

    /** Green is for a claim that a test supported, and for nothing else. */
    static Span chip(HypothesisState state) {
        Span chip = switch (state) {
            case DRAFT, FROZEN, INCONCLUSIVE -> Parts.chip(state.text());
            case TESTING -> Parts.chip(state.text(), "accent");
            case SUPPORTED -> Parts.chip(state.text(), "good");
            case PROTOCOL_DEPENDENT -> Parts.chip(state.text(), "warn");
            case REFUTED -> Parts.chip(state.text(), "bad");
        };
        chip.setTitle(meaning(state));
        return chip;
    }

    static String meaning(HypothesisState state) {
        return switch (state) {
            case DRAFT -> "Not frozen yet: nothing of it can be tested.";
            case FROZEN -> "Frozen, and not tested.";
            case TESTING -> "A test is queued or being computed.";
            case SUPPORTED -> "It held what it had to in its newest test.";
            case PROTOCOL_DEPENDENT -> "It holds under the protocol that was declared, and not under others.";
            case REFUTED -> "It failed what it had to hold in its newest test.";
            case INCONCLUSIVE -> "The newest test can't tell.";
        };
    }

    /** {@code 8 heads}, {@code 8 heads, 1 MLP}. */
    static String size(List<String> circuit) {
        long mlps = circuit.stream().filter(node -> node.startsWith("MLP")).count();
        long heads = circuit.size() - mlps;
        String inWords = heads > 0 ? Figures.counted(heads, "head") : "";
        if (mlps > 0) {
            inWords += (heads > 0 ? ", " : "") + Figures.counted(mlps, "MLP");
        }
        return inWords;
    }

    /** {@code heads · mean over the set · all positions · 100 random circuits}. */
    static String protocol(Protocol protocol) {
        List<String> words = new ArrayList<>();
        words.add(protocol.universe() == Universe.Members.HEADS ? "heads" : "heads and MLPs");
        words.add(
                switch (protocol.ablation()) {
                    case ZERO -> "zeroed";
                    case MEAN -> "mean over the " + protocol.reference().text();
                    case RESAMPLE -> "resampled";
                });
        words.add(protocol.positions().text() + " positions");
        words.add(Figures.counted(protocol.randomCircuits(), "random circuit"));
        if (protocol.sweep()) {
            words.add("protocol sweep");
        }
        return String.join(" · ", words);
    }

    /**
     * How many prompts, and the set they came from by its present name; a chip.
     *
     * @param sets those of the workspace; one that is gone has no page any more
     */
    static Component prompts(VersionContent content, List<PromptSource.Choice> sets) {
        String number = Figures.counted(content.examples().size(), "prompt");
        PromptSetRef set = content.promptSet();
        if (set == null) {
            return Parts.chip(number);
        }
        String version = " · version " + set.version() + " · " + number;
        return sets.stream()
                .filter(each -> each.set().id() == set.id())
                .findFirst()
                .<Component>map(each -> Parts.link(
                        "promptsets/" + set.id() + "?version=" + set.version(), each.name() + version, "chip long"))
                .orElseGet(() -> Parts.chip("a prompt set that is gone" + version));
    }

    /** The circuit's components as chips, by class where they have one. */
    static Component circuit(VersionContent content) {
        Div groups = Parts.div("circuit");
        Set<String> without = new LinkedHashSet<>(content.circuit());
        content.classes().forEach((name, members) -> {
            groups.add(Parts.div("row", Parts.muted(name), nodes(members)));
            members.forEach(without::remove);
        });
        if (!without.isEmpty()) {
            groups.add(nodes(List.copyOf(without)));
        }
        return groups;
    }

    static Component nodes(List<String> names) {
        Div row = Parts.div("row nodes");
        names.forEach(name -> row.add(Parts.text(name, "tok")));
        return row;
    }

    /** A verdict in a line: {@code accounts for 78 % · keeps 75 % · without it 5 % · p 0.21}. */
    static String figures(@Nullable Evidence evidence) {
        if (evidence == null) {
            return "";
        }
        List<String> parts = new ArrayList<>();
        add(parts, "accounts for ", evidence, "share");
        add(parts, "keeps ", evidence, "sufficiency");
        add(parts, "without it ", evidence, "necessity");
        JsonNode p = evidence.summary().path("pValue");
        if (p.isNumber()) {
            parts.add(p.doubleValue() < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p %.3f", p.doubleValue()));
        }
        return String.join(" · ", parts);
    }

    private static void add(List<String> parts, String words, Evidence evidence, String name) {
        JsonNode share = evidence.summary().path(name);
        if (share.isNumber()) {
            parts.add(words + Math.round(100 * share.doubleValue()) + " %");
        }
    }

    static String address(long id) {
        return "hypotheses/" + id;
    }

    static String address(long id, int version) {
        return address(id) + "?version=" + version;
    }
}
