package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.vaadin.flow.component.html.Span;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartsTest {
    @ParameterizedTest
    @CsvSource({"Ada Lovelace, AL", "admin, AD", "x, X", "Jean-Luc Marie Picard, JP", "m.curie, MC"})
    void twoLettersStandForAName(String name, String letters) {
        assertThat(Parts.initials(name)).isEqualTo(letters);
    }

    @Test
    void tokensShowTheirSpaces() {
        assertThat(Parts.token(" Paris").getText()).isEqualTo("·Paris");
    }

    @Test
    void aRowThatDoesNotFitItsTableIsRefused() {
        PlainTable table = new PlainTable("Members", PlainTable.Column.of("Person"), PlainTable.Column.of("Role"));
        table.row(new Span("Ada"), new Span("Owner"));

        assertThat(table.rows()).hasSize(1);
        assertThatThrownBy(() -> table.row(new Span("Ada"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutASessionTheFirstWorkspaceIsTheChosenOne() {
        assertThat(ChosenWorkspace.among(List.of(3L, 5L), Long::longValue)).contains(3L);
        assertThat(ChosenWorkspace.among(List.<Long>of(), Long::longValue)).isEmpty();
    }
}
