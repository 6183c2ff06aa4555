package dev.unembed.base.ui;

import com.vaadin.flow.component.Component;
import dev.unembed.engine.result.CircuitVerdict;
import dev.unembed.engine.result.ComponentScores;
import dev.unembed.engine.result.LensGrid;
import dev.unembed.engine.result.PreflightTable;
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
     * @param comparison what votes can be held against
     * @param state request parameters of the page
     * @param onState hears the parameters the address should have from now on
     * @param onHypothesis hears the components of which the reader wants to make a hypothesis
     */
    public record Source(
            String url,
            String fileName,
            ComponentBoard.Comparison comparison,
            Map<String, List<String>> state,
            Consumer<Map<String, String>> onState,
            Consumer<List<String>> onHypothesis) {}

    private ResultPanel() {}

    /** @throws IllegalArgumentException for a shape nobody drew yet */
    public static Component of(Class<? extends Result> shape, Source source) {
        if (shape == LensGrid.class) {
            return lens(source);
        }
        if (shape == ComponentScores.class) {
            return components(source);
        }
        if (shape == ScoreGrid.class) {
            return sweep(source);
        }
        if (shape == CircuitVerdict.class) {
            return verdict(source);
        }
        if (shape == PreflightTable.class) {
            return preflight(source);
        }
        throw new IllegalArgumentException("No panel draws " + shape.getName() + "; add one to ResultPanel.");
    }

    private static Component preflight(Source source) {
        PreflightView view = new PreflightView();
        view.setSource(source.url());
        view.setCsv(source.url() + ".csv");
        view.setFileName(source.fileName());
        return view;
    }

    private static Component verdict(Source source) {
        VerdictView view = new VerdictView();
        view.setSource(source.url());
        view.setFileName(source.fileName());
        return view;
    }

    private static Component components(Source source) {
        ComponentBoard board = reading(new ComponentBoard(), source, "");
        board.setComparison(source.comparison());
        board.setState(ComponentBoard.State.of(source.state()));
        board.addStateChangeListener(
                event -> source.onState().accept(event.getState().parameters()));
        board.addMakeHypothesisListener(event -> source.onHypothesis().accept(event.getComponents()));
        return board;
    }

    private static Component sweep(Source source) {
        ScoreGridView grid = reading(new ScoreGridView(), source, "");
        grid.setState(ScoreGridView.State.of(source.state()));
        grid.addStateChangeListener(
                event -> source.onState().accept(event.getState().parameters()));
        return grid;
    }

    private static Component lens(Source source) {
        LensView view = reading(new LensView(), source, ".safetensors");
        view.setState(LensView.State.of(source.state()));
        view.setJson(source.url());
        view.addStateChangeListener(
                event -> source.onState().accept(event.getState().parameters()));
        return view;
    }

    /** @param ending of the format the element reads: empty for JSON */
    private static <E extends ResultElement> E reading(E element, Source source, String ending) {
        element.setSource(source.url() + ending);
        element.setCsv(source.url() + ".csv");
        element.setFileName(source.fileName());
        return element;
    }
}
