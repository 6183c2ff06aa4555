package dev.unembed.engine.circuit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.unembed.engine.InvalidInput;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a claim must reach; fixed before it is tested. All are shares of F(M), but for the p-value.
 *
 * @param sufficiency the circuit alone keeps at least so much, and at most as far above 1
 * @param necessity without the circuit at most so much is left
 * @param pValue random circuits come as close at most so often
 * @param completeness the circuit without some nodes and the model without them differ by at most so much
 * @param minimality every node makes at least so much of a difference
 */
public record Thresholds(double sufficiency, double necessity, double pValue, double completeness, double minimality) {
    public static final Thresholds USUAL = new Thresholds(0.7, 0.3, 0.05, 0.3, 0.01);

    public Thresholds {
        require("sufficiency", sufficiency);
        require("necessity", necessity);
        require("pValue", pValue);
        require("completeness", completeness);
        require("minimality", minimality);
    }

    @JsonCreator
    public static Thresholds of(
            @JsonProperty("sufficiency") @Nullable Double sufficiency,
            @JsonProperty("necessity") @Nullable Double necessity,
            @JsonProperty("pValue") @Nullable Double pValue,
            @JsonProperty("completeness") @Nullable Double completeness,
            @JsonProperty("minimality") @Nullable Double minimality) {
        return new Thresholds(
                sufficiency == null ? USUAL.sufficiency : sufficiency,
                necessity == null ? USUAL.necessity : necessity,
                pValue == null ? USUAL.pValue : pValue,
                completeness == null ? USUAL.completeness : completeness,
                minimality == null ? USUAL.minimality : minimality);
    }

    private static void require(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new InvalidInput("thresholds." + name + " is " + value + "; expected a share from 0 to 1.");
        }
    }

    public Map<String, Double> byName() {
        Map<String, Double> all = new TreeMap<>();
        all.put("sufficiency", sufficiency);
        all.put("necessity", necessity);
        all.put("pValue", pValue);
        all.put("completeness", completeness);
        all.put("minimality", minimality);
        return all;
    }
}
