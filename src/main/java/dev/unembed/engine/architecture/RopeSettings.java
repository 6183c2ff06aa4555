package dev.unembed.engine.architecture;

import dev.unembed.engine.transformer.Blueprint.Pairing;
import dev.unembed.engine.transformer.Blueprint.Positions.Rotary;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rotary settings in both spellings: {@code rope_parameters} (transformers 5) and {@code rope_theta} with
 * {@code rope_scaling} (before).
 */
final class RopeSettings {
    private static final double DEFAULT_BASE = 10_000;

    /**
     * What a family's older configs call the base and the turned fraction of a head, and what they are if absent.
     *
     * @param fraction null for families that turn whole heads
     */
    record Keys(String base, double defaultBase, @Nullable String fraction, double defaultFraction) {
        static final Keys COMMON = ofWholeHeads(DEFAULT_BASE);

        static Keys ofWholeHeads(double defaultBase) {
            return new Keys("rope_theta", defaultBase, null, 1);
        }
    }

    private RopeSettings() {}

    static Rotary read(HuggingFaceConfig config, int dHead, int nCtx) {
        return read(config, dHead, nCtx, Keys.COMMON);
    }

    static Rotary read(HuggingFaceConfig config, int dHead, int nCtx, Keys keys) {
        Optional<HuggingFaceConfig> settings = config.object("rope_parameters").or(() -> config.object("rope_scaling"));
        int originalContext = config.positiveInt("original_max_position_embeddings", nCtx);
        if (settings.isEmpty()) {
            return new Rotary(
                    base(config, keys),
                    dimensions(config, dHead, fraction(config, keys)),
                    new RotaryScaling.None(),
                    Pairing.HALVES);
        }
        HuggingFaceConfig inner = settings.get();
        double base = inner.has("rope_theta") ? inner.positiveNumber("rope_theta") : base(config, keys);
        double outer = fraction(config, keys);
        requireWhole(inner, keys);
        double fraction = inner.positiveNumber("partial_rotary_factor", outer);
        return new Rotary(base, dimensions(config, dHead, fraction), scaling(inner, originalContext), Pairing.HALVES);
    }

    /** One of several settings under {@code rope_parameters}, complete in itself. */
    static Rotary readNested(HuggingFaceConfig settings, int dHead, int nCtx) {
        requireWhole(settings, Keys.COMMON);
        return new Rotary(
                settings.positiveNumber("rope_theta"),
                dimensions(settings, dHead, 1),
                scaling(settings, nCtx),
                Pairing.HALVES);
    }

    private static double base(HuggingFaceConfig config, Keys keys) {
        return config.positiveNumber(config.spelling(keys.base(), "rope_theta"), keys.defaultBase());
    }

    private static double fraction(HuggingFaceConfig config, Keys keys) {
        requireWhole(config, keys);
        return keys.fraction() == null
                ? keys.defaultFraction()
                : config.positiveNumber(
                        config.spelling(keys.fraction(), "partial_rotary_factor"), keys.defaultFraction());
    }

    private static void requireWhole(HuggingFaceConfig config, Keys keys) {
        if (keys.fraction() == null) {
            config.requireAbsentOr("partial_rotary_factor", 1, "Models of this family turn whole heads.");
        }
    }

    private static int dimensions(HuggingFaceConfig config, int dHead, double fraction) {
        int dimensions = (int) (dHead * fraction);
        if (fraction > 1 || dimensions < 2 || dimensions % 2 != 0) {
            throw config.unsupported(
                    "partial_rotary_factor",
                    fraction + " of heads of width " + dHead,
                    List.of("fractions up to 1 that leave an even number of dimensions"));
        }
        return dimensions;
    }

    private static RotaryScaling scaling(HuggingFaceConfig settings, int nCtx) {
        String key = settings.spelling("rope_type", "type");
        String type = settings.text(key, "default");
        return switch (type) {
            case "default" -> new RotaryScaling.None();
            case "linear" -> new RotaryScaling.Linear(settings.positiveNumber("factor"));
            case "llama3" ->
                new RotaryScaling.Banded(
                        settings.positiveNumber("factor"),
                        settings.positiveNumber("low_freq_factor"),
                        settings.positiveNumber("high_freq_factor"),
                        settings.positiveNumber("original_max_position_embeddings", nCtx));
            // its base grows with prompts longer than the context, and those are refused
            case "dynamic" -> new RotaryScaling.None();
            case "yarn" -> yarn(settings, nCtx);
            default -> throw settings.unsupported(key, type, List.of("default", "linear", "dynamic", "llama3", "yarn"));
        };
    }

    private static RotaryScaling yarn(HuggingFaceConfig settings, int nCtx) {
        double originalContext = settings.positiveNumber("original_max_position_embeddings", nCtx);
        double factor = settings.positiveNumber("factor");
        double length = settings.has("mscale") && settings.has("mscale_all_dim")
                ? yarnLength(factor, settings.positiveNumber("mscale"))
                        / yarnLength(factor, settings.positiveNumber("mscale_all_dim"))
                : yarnLength(factor, 1);
        return new RotaryScaling.Yarn(
                factor,
                originalContext,
                settings.positiveNumber("beta_fast", 32),
                settings.positiveNumber("beta_slow", 1),
                settings.flag("truncate", true),
                settings.positiveNumber("attention_factor", length));
    }

    /** 0.1 · weight · ln(factor) + 1: what keeps attention as sharp as it was in the shorter context. */
    private static double yarnLength(double factor, double weight) {
        return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
    }
}
