package dev.unembed.run.ui;

import dev.unembed.engine.experiment.Experiment;
import dev.unembed.engine.experiment.ExperimentContext;
import dev.unembed.engine.result.Result;
import java.lang.reflect.Method;

/** The shape of result an experiment gives, from the return type of its {@code run}. */
final class ResultShapes {
    private ResultShapes() {}

    static Class<? extends Result> of(Experiment<?, ?> experiment) {
        for (Method method : experiment.getClass().getMethods()) {
            Class<?> returned = method.getReturnType();
            if (method.getName().equals("run")
                    && method.getParameterCount() == 2
                    && method.getParameterTypes()[1] == ExperimentContext.class
                    && Result.class.isAssignableFrom(returned)
                    && returned != Result.class) {
                return returned.asSubclass(Result.class);
            }
        }
        throw new IllegalArgumentException(experiment.kind() + " doesn't say which result it gives.");
    }
}
