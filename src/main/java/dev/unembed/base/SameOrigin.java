package dev.unembed.base;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what another site makes a reader's browser send: writes to the API that the session cookie would authenticate,
 * and sign-ins (which would put the reader into a stranger's account). Browsers say where a request comes from in {@code
 * Sec-Fetch-Site}, which no page can forge, and older ones in {@code Origin}. A program sends neither. A request with a
 * bearer token needs no check: another site doesn't have it. Vaadin's own requests carry Vaadin's token.
 *
 * @see <a href="https://owasp.org/www-community/attacks/csrf">cross-site request forgery</a>
 */
@ApplicationScoped
class SameOrigin {
    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Before authentication (200): a forged sign-in must not even be tried. */
    private static final int BEFORE_AUTHENTICATION = 250;

    /** After every resource, before the servlet that would answer anything else with the application's page. */
    private static final int AFTER_RESOURCES = 9_000;

    void install(@Observes Filters filters) {
        filters.register(SameOrigin::check, BEFORE_AUTHENTICATION);
    }

    void install(@Observes Router router) {
        router.route("/api/*").order(AFTER_RESOURCES).handler(SameOrigin::nothingHere);
    }

    private static void nothingHere(RoutingContext context) {
        Problem.of(404, "There is nothing at %s.".formatted(context.normalizedPath()))
                .send(context);
    }

    private static void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (context.request().uri().contains("%00")) { // PostgreSQL takes no NUL character, nor does anybody mean one
            Problem.of(400, "The address contains the character U+0000.").send(context);
            return;
        }
        if (READS.contains(request.method()) || !isGuarded(context.normalizedPath()) || hasBearer(request)) {
            context.next();
            return;
        }
        String refusal = refusal(
                request.getHeader("Sec-Fetch-Site"),
                request.getHeader("Origin"),
                request.authority() == null ? null : request.authority().toString());
        if (refusal == null) {
            context.next();
        } else {
            Problem.of(403, refusal).send(context);
        }
    }

    private static boolean isGuarded(String path) {
        return path.equals("/api") || path.startsWith("/api/") || path.equals("/j_security_check");
    }

    private static boolean hasBearer(HttpServerRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7);
    }

    /**
     * Why the request is refused, null when it may pass. Where the browser says both, {@code Sec-Fetch-Site} decides: a
     * proxy in front of us may have rewritten the host that {@code Origin} is compared with.
     */
    static @Nullable String refusal(@Nullable String fetchSite, @Nullable String origin, @Nullable String host) {
        if (fetchSite != null) {
            return fetchSite.equals("same-origin") || fetchSite.equals("none")
                    ? null
                    : "This request comes from another site (Sec-Fetch-Site: %s). Use an API token for calls from elsewhere."
                            .formatted(fetchSite);
        }
        if (origin != null && !sameAuthority(origin, host)) {
            return "This request comes from another site (Origin: %s; this server is %s). Use an API token for calls from elsewhere."
                    .formatted(origin, host);
        }
        return null;
    }

    private static boolean sameAuthority(String origin, @Nullable String host) {
        if (host == null) {
            return false;
        }
        try {
            URI uri = URI.create(origin);
            String authority = uri.getRawAuthority();
            if (authority == null) {
                return false; // "null": a sandboxed frame, a file
            }
            String defaultPort = "https".equals(uri.getScheme()) ? ":443" : ":80";
            return withoutPort(authority, defaultPort).equals(withoutPort(host, defaultPort));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String withoutPort(String authority, String defaultPort) {
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(defaultPort) ? lower.substring(0, lower.length() - defaultPort.length()) : lower;
    }
}
