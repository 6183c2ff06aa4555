package dev.unembed.run;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.experiment.Experiment;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Every kind of analysis there is, discovered. */
@ApplicationScoped
public class ExperimentCatalogue {
    private final List<Experiment<?, ?>> experiments;

    ExperimentCatalogue(@All List<Experiment<?, ?>> discovered) {
        experiments = discovered.stream()
                .sorted(Comparator.comparing(Experiment::kind))
                .toList();
        long kinds = experiments.stream().map(Experiment::kind).distinct().count();
        if (kinds < experiments.size()) {
            throw new IllegalStateException("two experiments share a kind: " + kinds());
        }
    }

    /** By kind; InvalidInput names the known ones. */
    public Experiment<?, ?> byKind(String kind) {
        return experiments.stream()
                .filter(experiment -> experiment.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new InvalidInput("kind is '" + kind + "'; known: " + kinds() + "."));
    }

    public List<Experiment<?, ?>> all() {
        return experiments;
    }

    private String kinds() {
        return experiments.stream().map(Experiment::kind).collect(Collectors.joining(", "));
    }
}
