package dev.unembed.base;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.SessionCookieConfig;
import jakarta.servlet.annotation.WebListener;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The cookie of the page's state in Vaadin (who is signed in is another one's matter): hidden from scripts, and named after
 * the port, because cookies know no ports and two instances on one host would take each other's pages away.
 */
@WebListener
public class PageSessionCookie implements ServletContextListener {
    @Override
    public void contextInitialized(ServletContextEvent event) {
        SessionCookieConfig cookie = event.getServletContext().getSessionCookieConfig();
        cookie.setName("unembed-page-" + ConfigProvider.getConfig().getValue("unembed.port", String.class));
        cookie.setHttpOnly(true);
    }
}
