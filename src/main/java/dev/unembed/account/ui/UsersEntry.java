package dev.unembed.account.ui;

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
    public Line line() {
        return new Line(Place.SURROUNDINGS, 30, "Users", UsersView.class);
    }

    @Override
    public boolean isVisible() {
        return signedIn.actor().admin();
    }
}
