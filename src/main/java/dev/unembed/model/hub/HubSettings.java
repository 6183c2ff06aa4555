package dev.unembed.model.hub;

import java.net.URI;
import java.time.Duration;

/**
 * What requests to a hub depend on.
 *
 * @param attempts failures in a row after which it is given up
 * @param pause after the first failure, doubled with each further one
 * @param longestPause neither doubling nor the hub's Retry-After goes beyond it
 * @param silence how long no answer and no byte may come
 */
public record HubSettings(URI url, int attempts, Duration pause, Duration longestPause, Duration silence) {
    public HubSettings {
        if (url.getHost() == null
                || !(url.getScheme().equals("https") || url.getScheme().equals("http"))) {
            throw new IllegalArgumentException(
                    "unembed.hub.url is '" + url + "'; expected an address such as https://huggingface.co");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("unembed.hub.attempts is " + attempts + "; expected at least 1");
        }
    }

    public static HubSettings of(HubConfig config) {
        return new HubSettings(
                config.url(), config.attempts(), config.pause(), config.longestPause(), config.silence());
    }

    /** For sentences. */
    String host() {
        return url.getHost();
    }
}
