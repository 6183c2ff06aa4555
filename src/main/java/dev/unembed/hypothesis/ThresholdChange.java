package dev.unembed.hypothesis;

import dev.unembed.engine.circuit.Thresholds;
import org.jspecify.annotations.Nullable;

/** Thresholds as a request gives them: what is absent stays as it is. All are shares, 0 to 1. */
public record ThresholdChange(
        @Nullable Double sufficiency,
        @Nullable Double necessity,
        @Nullable Double pValue,
        @Nullable Double completeness,
        @Nullable Double minimality) {
    Thresholds over(Thresholds base) {
        return new Thresholds(
                sufficiency == null ? base.sufficiency() : sufficiency,
                necessity == null ? base.necessity() : necessity,
                pValue == null ? base.pValue() : pValue,
                completeness == null ? base.completeness() : completeness,
                minimality == null ? base.minimality() : minimality);
    }
}
