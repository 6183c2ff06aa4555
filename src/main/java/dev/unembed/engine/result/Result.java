package dev.unembed.engine.result;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What an experiment found: plain arrays and facts, immutable. */
public sealed interface Result permits LensGrid, ComponentScores, ScoreGrid, CircuitVerdict, PreflightTable {
    /** A few facts for lists and headlines, well under 4 kB. */
    ObjectNode summary();
}
