package dev.unembed.base.ui;

import com.vaadin.flow.component.notification.Notification;
import com.vaadin.flow.component.notification.NotificationVariant;

/** Short messages at the edge of the page. */
public final class Notices {
    private static final int DONE_MILLIS = 4_000;
    private static final int PROBLEM_MILLIS = 10_000;

    private Notices() {}

    /** Something happened as asked. */
    public static void done(String sentence) {
        show(sentence, DONE_MILLIS);
    }

    /** Something could not be done; the sentence says what and what to do. */
    public static void problem(String sentence) {
        Notification notice = show(sentence, PROBLEM_MILLIS);
        notice.addThemeVariants(NotificationVariant.LUMO_ERROR);
        notice.getElement().setAttribute("role", "alert");
    }

    private static Notification show(String sentence, int millis) {
        return Notification.show(sentence, millis, Notification.Position.BOTTOM_END);
    }
}
