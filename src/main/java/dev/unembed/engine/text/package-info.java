/**
 * Text and tokens: {@link dev.unembed.engine.text.Tokenizer} turns one into the other,
 * {@link dev.unembed.engine.text.TokenizedPrompt} is a prompt as the model reads it.
 *
 * <p>A <em>piece</em> is what one token stands for, shown as it reads in the text: with its leading space, and with bytes
 * that are no whole character written {@code <0xE2>}. Whether a <em>BOS token</em> (beginning of sequence) precedes a
 * prompt changes every number of an analysis, so it is a parameter, never doubled, and stored with the run.
 */
@NullMarked
package dev.unembed.engine.text;

import org.jspecify.annotations.NullMarked;
