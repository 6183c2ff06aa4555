package dev.unembed.base.ui;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerdictViewTest {
    @Test
    void theBrowserIsToldWhereTheResultIsAndWhatTheReportIsCalled() {
        VerdictView view = new VerdictView();
        view.setSource("/api/v1/runs/42/result");
        view.setFileName("movers-42");
        view.setHeading("Movers, version 2");

        assertThat(view.getElement().getTag()).isEqualTo("verdict-view");
        assertThat(view.getElement().getProperty("src")).isEqualTo("/api/v1/runs/42/result");
        assertThat(view.getElement().getProperty("filename")).isEqualTo("movers-42");
        assertThat(view.getElement().getProperty("heading")).isEqualTo("Movers, version 2");
    }
}
