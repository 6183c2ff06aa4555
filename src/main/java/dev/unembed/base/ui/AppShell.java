package dev.unembed.base.ui;

import com.vaadin.flow.component.dependency.CssImport;
import com.vaadin.flow.component.dependency.StyleSheet;
import com.vaadin.flow.component.page.AppShellConfigurator;
import com.vaadin.flow.component.page.Inline;
import com.vaadin.flow.component.page.Push;
import com.vaadin.flow.component.page.TargetElement;
import com.vaadin.flow.component.page.Viewport;
import com.vaadin.flow.server.AppShellSettings;
import com.vaadin.flow.shared.ui.Transport;
import com.vaadin.flow.theme.lumo.Lumo;

/**
 * The page every view is loaded into: theme, server push and what must happen before the first paint.
 *
 * <p>The browser talks to the server by ordinary requests and hears from it by WebSocket: so every action carries the
 * sign-in cookie and may renew or remove it.
 */
@Push(transport = Transport.WEBSOCKET_XHR)
@Viewport("width=device-width, initial-scale=1")
@StyleSheet("/" + Lumo.STYLESHEET)
@CssImport("./themes/unembed.css")
@CssImport("./themes/pages.css")
public class AppShell implements AppShellConfigurator {
    /**
     * Chooses light or dark before anything is drawn, so that a reload never flashes. The choice is {@code light},
     * {@code dark} or, when none is stored, the system's.
     */
    private static final String THEME = """
            (() => {
              const key = 'unembed-theme', system = matchMedia('(prefers-color-scheme: dark)');
              const chosen = () => { try { return localStorage.getItem(key) ?? 'system'; } catch { return 'system'; } };
              const apply = () => {
                const dark = chosen() === 'dark' || (chosen() === 'system' && system.matches);
                if (dark) document.documentElement.setAttribute('theme', 'dark');
                else document.documentElement.removeAttribute('theme');
              };
              window.unembedTheme = {
                chosen,
                choose: (theme) => {
                  try { theme === 'system' ? localStorage.removeItem(key) : localStorage.setItem(key, theme); } catch { /* private window */ }
                  apply();
                },
              };
              system.addEventListener('change', apply);
              addEventListener('storage', apply);
              apply();
            })();
            """;

    /** The paper's colour until the style sheet is there; the same values as in {@code themes/tokens.css}. */
    private static final String FIRST_PAINT =
            "html{background:#f7f7f4;color-scheme:light}html[theme~=dark]{background:#0f1216;color-scheme:dark}";

    private static final String ICON =
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E%3Cg fill='%232f5fd0'%3E"
                    + "%3Crect x='1' y='13' width='16' height='3' rx='1' opacity='.25'/%3E%3Crect x='3' y='9' width='12'"
                    + " height='3' rx='1' opacity='.5'/%3E%3Crect x='5' y='5' width='8' height='3' rx='1' opacity='.75'/%3E"
                    + "%3Crect x='7' y='1' width='4' height='3' rx='1'/%3E%3C/g%3E%3C/svg%3E";

    @Override
    public void configurePage(AppShellSettings settings) {
        settings.setPageTitle("Unembed");
        settings.addLink("icon", ICON);
        settings.addInlineWithContents(TargetElement.HEAD, Inline.Position.PREPEND, THEME, Inline.Wrapping.JAVASCRIPT);
        settings.addInlineWithContents(
                TargetElement.HEAD, Inline.Position.PREPEND, FIRST_PAINT, Inline.Wrapping.STYLESHEET);
    }
}
