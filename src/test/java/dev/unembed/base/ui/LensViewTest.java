package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.ComponentUtil;
import dev.unembed.base.ui.LensView.State;
import dev.unembed.base.ui.LensView.StateChangeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LensViewTest {

    private final LensView view = new LensView();

    @Test
    void aStateIsSetAsProperties() {
        view.setState(new State(27.5, 20, "tracked:7042:rank", "27:19", true, " Rome", List.of(1, 2)));

        assertThat(property("layer")).isEqualTo("27.5");
        assertThat(property("position")).isEqualTo("20");
        assertThat(property("metric")).isEqualTo("tracked:7042:rank");
        assertThat(property("compare")).isEqualTo("27:19");
        assertThat(view.getElement().getProperty("sublayers", false)).isTrue();
        assertThat(property("search")).isEqualTo(" Rome");
        assertThat(property("pins")).isEqualTo("1,2");
    }

    @Test
    void wholeLayersAreWrittenWithoutAFraction() {
        view.setState(new State(28.0, 20, "final", "", false, "", List.of()));

        assertThat(property("layer")).isEqualTo("28");
    }

    @Test
    void theDefaultStateClearsAnEarlierSelection() {
        view.setState(new State(3.0, 2, "kl", "", false, "", List.of(7)));
        view.setState(State.DEFAULT);

        assertThat(property("layer")).isEmpty();
        assertThat(property("position")).isEmpty();
        assertThat(property("pins")).isEmpty();
    }

    @Test
    void anAddressSurvivesTheWayThereAndBack() {
        State state = new State(27.5, 20, "tracked:7042:logProb", "0:3", true, "·Rome", List.of(5, 6));
        Map<String, List<String>> parameters = new TreeMap<>();
        state.parameters().forEach((name, value) -> parameters.put(name, List.of(value)));

        assertThat(State.of(parameters)).isEqualTo(state);
    }

    @Test
    void defaultsLeaveNoTraceInTheAddress() {
        assertThat(State.DEFAULT.parameters()).isEmpty();
        assertThat(State.of(Map.of())).isEqualTo(State.DEFAULT);
    }

    @Test
    void whatAnAddressCannotMeanIsLeftAtItsDefault() {
        State state = State.of(Map.of(
                "layer", List.of("-3"),
                "position", List.of("99999999999"),
                "metric", List.of("tracked:7042:<script>"),
                "compare", List.of("1:2:3"),
                "sublayers", List.of("yes"),
                "pins", List.of("x,7,7,-1,8"),
                "search", List.of("a".repeat(5_000))));

        assertThat(state).isEqualTo(new State(null, null, "final", "", false, "a".repeat(200), List.of(7, 8)));
    }

    @Test
    void atMostSixteenPinsAreTaken() {
        String many = String.join(
                ",", IntStream.range(0, 1_000).mapToObj(String::valueOf).toList());

        assertThat(State.of(Map.of("pins", List.of(many))).pins()).hasSize(16);
    }

    @Test
    void listenersHearWhatTheReaderChose() {
        List<State> heard = new ArrayList<>();
        view.addStateChangeListener(event -> heard.add(event.getState()));

        ComponentUtil.fireEvent(view, new StateChangeEvent(view, true, "28", "20", "kl", "", false, "", "7042"));

        assertThat(heard).containsExactly(new State(28.0, 20, "kl", "", false, "", List.of(7042)));
    }

    @Test
    void nonsenseFromTheBrowserIsIgnored() {
        StateChangeEvent event = new StateChangeEvent(view, true, "NaN", null, "null", "undefined", false, null, "1;2");

        assertThat(event.getState()).isEqualTo(State.DEFAULT);
    }

    private String property(String name) {
        return view.getElement().getProperty(name, "(unset)");
    }
}
