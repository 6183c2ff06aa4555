/**
 * Pure computation: a Hugging Face folder in, plain arrays out. Nothing here knows a web server, a database or a page.
 *
 * <p>Read first: {@link dev.unembed.engine.transformer.Transformer} (the one forward pass),
 * {@link dev.unembed.engine.architecture.Architecture} (how a family of models is described to it) and
 * {@link dev.unembed.engine.experiment.LensReading} (how an analysis uses both).
 *
 * <p><b>The way of a reading.</b> {@code architecture} opens a folder and describes it as a {@code Blueprint};
 * {@code safetensors} maps its weights; {@code text} turns a prompt into ids; {@code transformer} runs the blocks and lets
 * {@code Hooks} look and replace; {@code lens} turns residual streams into statistics over the vocabulary;
 * {@code prompt} makes and reads examples with a right and a wrong answer, {@code attribution} splits their logit
 * difference into votes, {@code circuit} ablates and patches; {@code experiment} binds them to parameters; {@code result} is what leaves.
 *
 * <p><b>Axes.</b> The comment at the end of a line that makes a tensor names its axes, outermost first:
 *
 * <ul>
 *   <li>{@code batch}: prompts run together; {@code pos}: token positions; {@code query}, {@code key}: positions as
 *       attention sees them;
 *   <li>{@code head}: query heads; {@code kv_head}: key/value heads; {@code d_head}: width of one head;
 *   <li>{@code d_model}: width of the residual stream; {@code d_mlp}: width inside the MLP; {@code d_vocab}: tokens;
 *   <li>{@code layer}: blocks, or readings of the stream between them; {@code row}: readings of a lens, sublayers included;
 *   <li>{@code out}, {@code in}: rows and columns of a linear map, as PyTorch stores them.
 * </ul>
 *
 * <p><b>Devices.</b> Weights lie where a {@link dev.unembed.engine.transformer.Placement} puts them, and {@code tensor}
 * computes every operation where its operands lie. Nothing else knows of devices.
 *
 * <p><b>Numbers</b> are fp32 unless a comment says why not; sums over a vocabulary are kept in double. Entropies and
 * divergences are in nats. Layers count from 0.
 *
 * <p><b>Failures</b> are of three kinds: {@link dev.unembed.engine.InvalidInput} (the user can fix it; its text is shown),
 * {@link dev.unembed.engine.ResourcesExhausted}, and everything else, which is our fault.
 */
@NullMarked
package dev.unembed.engine;

import org.jspecify.annotations.NullMarked;
