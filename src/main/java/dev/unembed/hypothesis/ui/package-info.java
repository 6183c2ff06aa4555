/**
 * The screens of hypotheses: {@link dev.unembed.hypothesis.ui.HypothesisListView} finds them, {@link
 * dev.unembed.hypothesis.ui.HypothesisForm} says what one claims, {@link dev.unembed.hypothesis.ui.HypothesisView} leads it
 * from the draft to the verdict.
 */
@NullMarked
package dev.unembed.hypothesis.ui;

import org.jspecify.annotations.NullMarked;
