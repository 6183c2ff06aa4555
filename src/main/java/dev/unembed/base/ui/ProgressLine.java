package dev.unembed.base.ui;

import com.vaadin.flow.component.html.Div;
import com.vaadin.flow.component.html.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Done of total, the rate and the time left, with a bar. */
public class ProgressLine extends Div {
    private final Div bar = new Div();
    private final Span share = new Span();
    private final Span words = Parts.muted("");

    public ProgressLine() {
        addClassName("progress-line");
        bar.addClassName("progress");
        bar.getElement().setAttribute("role", "progressbar");
        bar.getElement().setAttribute("aria-label", "Progress");
        bar.getElement().setProperty("innerHTML", "<i></i>");
        share.addClassName("num");
        add(bar, Parts.row(share, words));
    }

    /**
     * Shows this many steps of it.
     *
     * @param kept steps that were done before it started, so that they say nothing about its rate
     */
    public void show(long done, long total, long kept, @Nullable Instant startedAt, Instant now) {
        show(done, total, describe(done, total, kept, startedAt, now));
    }

    /**
     * Shows this share of it.
     *
     * @param total 0 while not known
     * @param description done, total, rate and time left in their unit
     */
    public void show(long done, long total, String description) {
        int percent = percent(done, total);
        bar.setClassName("unknown", total <= 0);
        // without an inline width the style sheet lets the bar wander
        bar.getElement()
                .executeJs(
                        "if (this.firstElementChild) this.firstElementChild.style.width = $0",
                        total > 0 ? percent + "%" : "");
        if (total > 0) {
            bar.getElement().setAttribute("aria-valuenow", String.valueOf(percent));
            bar.getElement().setAttribute("aria-valuemin", "0");
            bar.getElement().setAttribute("aria-valuemax", "100");
        }
        share.setText(total > 0 ? percent + " %" : "");
        words.setText(description);
    }

    /** Nothing of it is done yet; the sentence says what it waits for. */
    public void waiting(String sentence) {
        show(0, 0, 0, null, Instant.EPOCH);
        words.setText(sentence);
    }

    static int percent(long done, long total) {
        return total <= 0 ? 0 : (int) Math.clamp(100 * done / total, 0, 100);
    }

    /** {@code 12 of 30 steps · 4.1 steps/s · about 4.4 s left}; the rate once there is one to speak of. */
    static String describe(long done, long total, long kept, @Nullable Instant startedAt, Instant now) {
        if (total <= 0) {
            return "Loading the model …";
        }
        String words = Figures.grouped(done) + " of " + Figures.grouped(total) + " steps";
        if (startedAt == null || done <= kept) {
            return words;
        }
        double seconds = Duration.between(startedAt, now).toMillis() / 1000.0;
        if (seconds < 0.5) {
            return words;
        }
        double rate = (done - kept) / seconds;
        String perSecond = rate >= 10 ? Figures.grouped(Math.round(rate)) : String.format(Locale.ROOT, "%.1f", rate);
        Duration left = Duration.ofMillis(Math.round((total - done) / rate * 1000));
        return words + " · " + perSecond + " steps/s · about " + Figures.duration(left) + " left";
    }
}
