package dev.unembed.model;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the bundled demo model is registered, so that the first visitor finds something to look at. */
@Readiness
@ApplicationScoped
class ModelsReady implements HealthCheck {
    private final ModelInstaller installer;

    ModelsReady(ModelInstaller installer) {
        this.installer = installer;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("models").status(installer.isReady()).build();
    }
}
