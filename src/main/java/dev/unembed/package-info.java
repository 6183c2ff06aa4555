/**
 * Unembed: a workspace for teams that look inside transformer language models.
 *
 * <h2>The guided tour</h2>
 *
 * <p>A person types a prompt, {@code run.ui.NewRunView} shows its tokens and submits it. {@link dev.unembed.run.RunService}
 * writes the run and its queue entry in one transaction. {@code worker.RunExecution} in some process takes it, leases the
 * model, and lets the run's {@link dev.unembed.engine.experiment.Experiment} compute: {@link
 * dev.unembed.engine.experiment.LensReading} is the one to read first. Result and status are stored in one transaction, a
 * NOTIFY with the run's id wakes {@link dev.unembed.live.ChangeFeed} in every process, and the open page ({@code
 * run.ui.RunView}) shows the result: its Lit element fetches the file from {@code run.RunResource} and paints it.
 *
 * <h2>Where things live</h2>
 *
 * <ul>
 *   <li>{@link dev.unembed.engine} computes. It knows no framework: records in, records of plain arrays out.
 *   <li>{@link dev.unembed.account}, {@link dev.unembed.workspace}, {@link dev.unembed.model}, {@link dev.unembed.run},
 *       {@link dev.unembed.promptset}, {@link dev.unembed.hypothesis}: one package per feature, with entity, service, REST resource and, in {@code ui}, its screens.
 *   <li>{@link dev.unembed.worker} executes runs; nobody depends on it.
 *   <li>{@link dev.unembed.live} carries the news that something changed, by id.
 *   <li>{@link dev.unembed.base} holds what every feature uses and depends on none: errors, the embedded database, the
 *       application shell.
 * </ul>
 *
 * <h2>Words</h2>
 *
 * <dl>
 *   <dt>residual stream
 *   <dd>the vector at a position that every block reads and adds to; at layer l, the one entering block l
 *   <dt>unembedding
 *   <dd>the matrix W_U (with b_U) that turns the final stream, normalised, into logits
 *   <dt>lens
 *   <dd>a way to read the stream of an earlier layer as a prediction; the logit lens applies final norm and unembedding
 *       directly
 *   <dt>crystallisation layer
 *   <dd>the first layer from which a token stays on top to the end
 *   <dt>overwritten
 *   <dd>an earlier top token that is not the final one
 *   <dt>answer, foil, logit difference
 *   <dd>a right and a wrong next token of a prompt; how much higher the right one's logit is
 *   <dt>component
 *   <dd>a part that writes into the stream or the logits: an embedding, a head, an MLP, a bias
 *   <dt>vote, direct logit attribution
 *   <dd>what one component adds to the logit difference by itself; the split of the difference into votes
 *   <dt>run
 *   <dd>one execution of one experiment on one model, with everything needed to repeat it
 *   <dt>direct vote
 *   <dd>what a component writes in the direction answer − foil of the final logits; all votes sum to the logit difference
 *   <dt>effect
 *   <dd>how much the logit difference falls when a component is ablated
 *   <dt>circuit
 *   <dd>components claimed to account for a logit difference; sufficient if they keep it when everything else is ablated,
 *       necessary if it is gone when they are
 *   <dt>frozen
 *   <dd>of a version of a hypothesis: its hash, the time and the person are on record, so that it can be tested
 * </dl>
 *
 * <p>Sources: Elhage et al., "A Mathematical Framework for Transformer Circuits" (2021); nostalgebraist, "interpreting GPT: the logit lens" (2020); Belrose et al., "Eliciting Latent Predictions from
 * Transformers with the Tuned Lens" (2023, arXiv:2303.08112). Hook points are named as in TransformerLens.
 */
@NullMarked
package dev.unembed;

import org.jspecify.annotations.NullMarked;
