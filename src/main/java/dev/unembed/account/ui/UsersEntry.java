package dev.unembed.account.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.base.ui.NavigationEntry;
import jakarta.enterprise.context.ApplicationScoped;

/** The way to the users, for administrators. */
@ApplicationScoped
public class UsersEntry implements NavigationEntry {
    private final SignedIn signedIn;

    UsersEntry(SignedIn signedIn) {
        this.signedIn = signedIn;
    }

    @Override
    public Place place() {
        return Place.SURROUNDINGS;
    }

    @Override
    public int order() {
        return 30;
    }

    @Override
    public String label() {
        return "Users";
    }

    @Override
    public Class<? extends Component> target() {
        return UsersView.class;
    }

    @Override
    public boolean isVisible() {
        return signedIn.actor().admin();
    }
}
