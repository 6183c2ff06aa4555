package dev.unembed.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;

/**
 * The address of a hub for a {@code @QuarkusTest}: nothing listens there until a test starts its own ({@code FakeHub}) on the
 * configured port. So nothing can be asked of the real one by mistake.
 */
public class HubResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        return Map.of(
                "unembed.hub.url", "http://127.0.0.1:" + freePort(),
                "unembed.hub.pause", "10MS",
                "unembed.hub.attempts", "3",
                "unembed.hub.reserve", "1M",
                // not the developer's own
                "unembed.hub.token", "");
    }

    @Override
    public void stop() {
        // a port number only
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
