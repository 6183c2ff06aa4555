package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.ComponentUtil;
import dev.unembed.base.ui.ScoreGridView.Place;
import dev.unembed.base.ui.ScoreGridView.State;
import dev.unembed.base.ui.ScoreGridView.StateChangeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScoreGridViewTest {

    private final ScoreGridView view = new ScoreGridView();

    @Test
    void aPlaceIsSetAsPropertiesAndTakenBack() {
        view.setState(new State(new Place(23, 3)));
        assertThat(view.getElement().getProperty("layer")).isEqualTo("23");
        assertThat(view.getElement().getProperty("column")).isEqualTo("3");

        view.setState(State.DEFAULT);
        assertThat(view.getElement().getProperty("layer")).isEmpty();
    }

    @Test
    void anAddressSurvivesTheWayThereAndBack() {
        State state = new State(new Place(7, 512));
        Map<String, List<String>> parameters = new TreeMap<>();
        state.parameters().forEach((name, value) -> parameters.put(name, List.of(value)));

        assertThat(State.of(parameters)).isEqualTo(state);
        assertThat(State.DEFAULT.parameters()).isEmpty();
    }

    @Test
    void halfAPlaceIsNone() {
        assertThat(State.of(Map.of("layer", List.of("7")))).isEqualTo(State.DEFAULT);
        assertThat(State.of(Map.of("layer", List.of("7"), "column", List.of("-1"))))
                .isEqualTo(State.DEFAULT);
    }

    @Test
    void listenersHearWhereTheReaderLooks() {
        List<State> heard = new ArrayList<>();
        view.addStateChangeListener(event -> heard.add(event.getState()));

        ComponentUtil.fireEvent(view, new StateChangeEvent(view, true, "2", "5"));
        ComponentUtil.fireEvent(view, new StateChangeEvent(view, true, null, "NaN"));

        assertThat(heard).containsExactly(new State(new Place(2, 5)), State.DEFAULT);
    }
}
