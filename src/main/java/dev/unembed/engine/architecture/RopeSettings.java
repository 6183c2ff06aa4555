package dev.unembed.engine.architecture;

import dev.unembed.engine.transformer.Blueprint.Positions.Rotary;
import dev.unembed.engine.transformer.Blueprint.RotaryScaling;
import java.util.List;
import java.util.Optional;

/**
 * Rotary settings in both spellings: {@code rope_parameters} (transformers 5) and {@code rope_theta} with
 * {@code rope_scaling} (before).
 */
final class RopeSettings {
    private static final double DEFAULT_BASE = 10_000;

    private RopeSettings() {}

    static Rotary read(HuggingFaceConfig config, int dHead, int nCtx) {
        Optional<HuggingFaceConfig> parameters = config.object("rope_parameters");
        Optional<HuggingFaceConfig> scaling = config.object("rope_scaling");
        HuggingFaceConfig settings = parameters.or(() -> scaling).orElse(config);
        HuggingFaceConfig baseHolder = settings.has("rope_theta") ? settings : config;
        double fraction =
                settings.positiveNumber("partial_rotary_factor", config.positiveNumber("partial_rotary_factor", 1));
        int dimensions = (int) (dHead * fraction);
        if (fraction > 1 || dimensions < 2 || dimensions % 2 != 0) {
            throw config.unsupported(
                    "partial_rotary_factor",
                    fraction + " of heads of width " + dHead,
                    List.of("fractions up to 1 that leave an even number of dimensions"));
        }
        return new Rotary(
                baseHolder.positiveNumber("rope_theta", DEFAULT_BASE),
                dimensions,
                parameters.isPresent() || scaling.isPresent()
                        ? scaling(settings, config.positiveInt("original_max_position_embeddings", nCtx))
                        : new RotaryScaling.None());
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
            default -> throw settings.unsupported(key, type, List.of("default", "linear", "llama3"));
        };
    }
}
