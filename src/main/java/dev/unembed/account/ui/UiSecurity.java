package dev.unembed.account.ui;

import com.vaadin.flow.server.ServiceInitEvent;
import com.vaadin.flow.server.auth.NavigationAccessControl;
import dev.unembed.base.ui.Problems;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Guards every navigation by the annotations of the views, and tells failures of actions in words. What an open page
 * may do is checked by the services, action by action.
 */
@ApplicationScoped
public class UiSecurity {
    void init(@Observes ServiceInitEvent event) {
        NavigationAccessControl access = new NavigationAccessControl();
        access.setLoginView(LoginView.class);
        event.getSource().addUIInitListener(ui -> ui.getUI().addBeforeEnterListener(access));
        event.getSource().addSessionInitListener(session -> session.getSession().setErrorHandler(new Problems()));
    }
}
