package dev.unembed.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class WorkerConfigTest {
    @Test
    void theDefaultsAreOneThreadAndAQuickPulse() {
        WorkerConfig config = mapped(Map.of());
        assertThat(config.name()).isEmpty();
        assertThat(config.threads()).isEqualTo(1);
        assertThat(config.devices()).isEqualTo("cpu");
        assertThat(config.modelMemory()).isEmpty();
        assertThat(config.pollInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.heartbeat()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.missedHeartbeats()).isEqualTo(4);
        assertThat(config.deathsPerRun()).isEqualTo(3);
        assertThat(config.stopTimeout()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void sizesAndDurationsAreReadWithTheirUnits() {
        WorkerConfig config = mapped(Map.of(
                "unembed.worker.name", "left",
                "unembed.worker.threads", "4",
                "unembed.worker.devices", "cuda:0,cuda:1",
                "unembed.worker.model-memory", "8G",
                "unembed.worker.poll-interval", "500MS"));
        assertThat(config.name()).hasValue("left");
        assertThat(config.threads()).isEqualTo(4);
        assertThat(config.devices()).isEqualTo("cuda:0,cuda:1");
        assertThat(config.modelMemory().map(MemorySize::asLongValue)).hasValue(8L << 30);
        assertThat(config.pollInterval()).isEqualTo(Duration.ofMillis(500));
    }

    private static WorkerConfig mapped(Map<String, String> properties) {
        ConfigSource source = new PropertiesConfigSource(properties, "test", 100);
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(source)
                .withMapping(WorkerConfig.class)
                .build()
                .getConfigMapping(WorkerConfig.class);
    }
}
