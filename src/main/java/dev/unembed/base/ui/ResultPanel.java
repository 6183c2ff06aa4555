package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import com.vaadin.flow.component.Text;
import com.vaadin.flow.component.html.Anchor;
import com.vaadin.flow.component.html.Div;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.result.Result;
import dev.unembed.engine.result.ScoreGrid;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Chooses how a result is drawn by its shape.
 *
 * <p>Results never pass through the web session (the browser fetches them by URL), so there is no value to switch over
 * here, only its type; a test asks for a panel for every permitted subclass of {@link Result}, so a new shape that
 * can't be drawn fails the build all the same.
 */
public final class ResultPanel {
    /**
     * Where a finished result is, and how its page was addressed.
     *
     * @param url address of the run's result without ending: the panel adds the format it reads
     * @param fileName of downloads, without ending
     * @param state request parameters of the page
     * @param onState hears the parameters the address should have from now on
     */
    public record Source(
            String url, String fileName, Map<String, List<String>> state, Consumer<Map<String, String>> onState) {}

    private ResultPanel() {}

    /** @throws IllegalArgumentException for a shape nobody drew yet */
    public static Component of(Class<? extends Result> shape, Source source) {
        if (shape == LensGrid.class) {
            return lens(source);
        }
        if (shape == CircuitVerdict.class) {
            return verdict(source);
        }
        if (shape == ComponentScores.class || shape == ScoreGrid.class) {
            return components(source);
        }
        throw new IllegalArgumentException("No panel draws " + shape.getName() + "; add one to ResultPanel.");
    }

    private static Component verdict(Source source) {
        VerdictView view = new VerdictView();
        view.setSource(source.url());
        view.setFileName(source.fileName());
        return view;
    }

    private static Component components(Source source) {
        Anchor csv = new Anchor(source.url() + ".csv", "Votes of all components (CSV)");
        csv.getElement().setAttribute("download", source.fileName() + ".csv");
        Anchor json = new Anchor(source.url(), "The same with every example (JSON)");
        return new Div(csv, new Text(" · "), json);
    }

    private static Component lens(Source source) {
        LensView view = new LensView();
        view.setState(LensView.State.of(source.state()));
        view.setSource(source.url() + ".safetensors");
        view.setDownloads(source.url() + ".csv", source.url());
        view.setFileName(source.fileName());
        view.addStateChangeListener(
                event -> source.onState().accept(event.getState().parameters()));
        return view;
    }
}
