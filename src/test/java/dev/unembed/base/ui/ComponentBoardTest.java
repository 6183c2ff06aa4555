package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.vaadin.flow.component.ComponentUtil;
import dev.unembed.base.ui.ComponentBoard.MakeHypothesisEvent;
import dev.unembed.base.ui.ComponentBoard.State;
import dev.unembed.base.ui.ComponentBoard.StateChangeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComponentBoardTest {

    private final ComponentBoard board = new ComponentBoard();

    @Test
    void aStateIsSetAsProperties() {
        board.setState(new State("example", 3, List.of("L23H3", "MLP0"), "L23H3", "waterfall", "12"));

        assertThat(property("statistic")).isEqualTo("example");
        assertThat(property("example")).isEqualTo("3");
        assertThat(property("selected")).isEqualTo("L23H3,MLP0");
        assertThat(property("at")).isEqualTo("L23H3");
        assertThat(property("view")).isEqualTo("waterfall");
        assertThat(property("effects")).isEqualTo("12");
    }

    @Test
    void anAddressSurvivesTheWayThereAndBack() {
        State state = new State("effect", 2, List.of("L0H1", "MLP11"), "MLP11", "effects", "12");
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
                "statistic", List.of("<script>"),
                "example", List.of("-1"),
                "selected", List.of("L1H1, L1H1,embed,attn_bias0,x,MLP2"),
                "at", List.of("b_U"),
                "view", List.of("pie"),
                "effects", List.of("012")));

        assertThat(state).isEqualTo(new State("mean", 0, List.of("L1H1", "MLP2"), "", "ledger", ""));
    }

    @Test
    void noMoreComponentsAreTakenThanAPersonCouldMean() {
        String many = IntStream.range(0, 2_000).mapToObj(i -> "MLP" + i).collect(Collectors.joining(","));

        assertThat(State.of(Map.of("selected", List.of(many))).selected()).hasSize(State.MOST_SELECTED);
    }

    @Test
    void listenersHearWhatTheReaderChose() {
        List<State> heard = new ArrayList<>();
        board.addStateChangeListener(event -> heard.add(event.getState()));

        ComponentUtil.fireEvent(
                board, new StateChangeEvent(board, true, "spread", "1", "L3H7", "L3H7", "ledger", "12"));

        assertThat(heard).containsExactly(new State("spread", 1, List.of("L3H7"), "L3H7", "ledger", "12"));
    }

    @Test
    void listenersHearOfWhatAHypothesisIsWanted() {
        List<List<String>> heard = new ArrayList<>();
        board.addMakeHypothesisListener(event -> heard.add(event.getComponents()));

        ComponentUtil.fireEvent(board, new MakeHypothesisEvent(board, true, "L23H3,MLP0,L23H3,<b>"));

        assertThat(heard).containsExactly(List.of("L23H3", "MLP0"));
    }

    @Test
    void nonsenseFromTheBrowserIsIgnored() {
        StateChangeEvent event = new StateChangeEvent(board, true, "NaN", null, "undefined", null, "0", "-1");

        assertThat(event.getState()).isEqualTo(State.DEFAULT);
        assertThat(new MakeHypothesisEvent(board, true, null).getComponents()).isEmpty();
    }

    private String property(String name) {
        return board.getElement().getProperty(name, "(unset)");
    }
}
