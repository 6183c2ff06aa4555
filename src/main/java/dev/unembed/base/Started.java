package dev.unembed.base;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Says where to go, when there is something to go to. */
@ApplicationScoped
class Started {
    private final String role;

    Started(@ConfigProperty(name = "unembed.role") String role) {
        this.role = role;
    }

    void started(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        if (role.equals("worker")) {
            Terminal.say("Unembed worker is running, without HTTP.");
        }
    }

    void listening(@ObservesAsync HttpServerStart event) {
        if (LaunchMode.current() != LaunchMode.TEST) {
            Terminal.say("Unembed is running: http://%s:%d"
                    .formatted(shown(event.options().getHost()), event.options().getPort()));
        }
    }

    /** The address to type: nobody types 0.0.0.0. */
    private static String shown(String host) {
        return host.equals("0.0.0.0") || host.equals("127.0.0.1") || host.equals("::") ? "localhost" : host;
    }
}
