/**
 * The forward pass. {@link dev.unembed.engine.transformer.Transformer} is all of it, for every model;
 * {@link dev.unembed.engine.transformer.Blueprint} says what a model's blocks are made of;
 * {@link dev.unembed.engine.transformer.Hooks} look at and replace what flows through.
 *
 * <p>No name of a model family occurs here: where models differ, a sealed value of the blueprint differs.
 *
 * <p><b>Words.</b> The <em>residual stream</em> is the vector per position that every block reads and adds to. A
 * <em>head</em> mixes earlier positions into {@code z}, which the output map turns into its part of {@code attn_out}. The
 * <em>unembedding</em> turns the normalised final stream into <em>logits</em>. A <em>hook point</em> is a named place in
 * the pass, spelled as TransformerLens spells it: {@code blocks.3.attn.hook_z}.
 */
@NullMarked
package dev.unembed.engine.transformer;

import org.jspecify.annotations.NullMarked;
