/**
 * Direct logit attribution: the logit difference as a sum of votes, one for each component of the model.
 *
 * <p>Read first: {@link dev.unembed.engine.attribution.ResidualDecomposition} (which votes a model has),
 * {@link dev.unembed.engine.attribution.DirectLogitAttribution} (how they are computed) and
 * {@link dev.unembed.engine.attribution.Ledger} (the votes of one prompt, and whether they add up).
 *
 * <p><b>The formula.</b> The final stream at the last position is a sum, h = Σ c: embeddings, heads, MLPs and biases. The
 * final norm divides by a scale σ that depends on h alone; taken as it is in this prompt, <em>frozen</em>, what remains is
 * linear, so that
 *
 * <pre>
 * logit(answer) - logit(foil) = Σ vote(c) + β · u + b_U[answer] - b_U[foil]
 * vote(c) = (c - mean(c)) / σ · (γ ⊙ u),     u = W_U[answer] - W_U[foil]
 *         = c · d,                           d = (γ ⊙ u - mean(γ ⊙ u)) / σ
 * </pre>
 *
 * <p>with gain γ and bias β of the final norm; an RMSNorm has neither means nor β. Hence one vector d per prompt reads them
 * all, and nothing as large as [pos, head, d_model] is ever made:
 *
 * <ul>
 *   <li>a head: (z - b_V) · (W_Oᵀ d). Its value bias is left to the line {@code attn_bias}, which is
 *       (b_O + Σ b_V W_O) · d: patterns sum to 1, so that part is the same for every prompt. Published figures, from
 *       weights with folded biases, have it so;
 *   <li>the same head by source position s: pattern[END, s] · (v_s - b_V) · (W_Oᵀ d);
 *   <li>an MLP, its output bias included: out · d; by neuron n: post_n · (W_outᵀ d)_n, with the bias beside them;
 *   <li>a norm after a sublayer (OLMo 2, Gemma 2 and 3) is linear too once its scale is frozen: d is taken through it
 *       before it meets W_O or W_out. Where such a norm has a bias, it counts with the sublayer's own;
 *   <li>a soft cap isn't linear. The votes are for the logits before it, and what it takes away is the line
 *       {@code softcap}: (cap(x_a) - x_a) - (cap(x_f) - x_f).
 * </ul>
 *
 * <p><b>What it doesn't say.</b> A vote is the direct path only: what a head does through later components counts as
 * theirs, a later head that erases another's output leaves two large votes that cancel, and a component that is taken out
 * may be replaced by others. Whether components <em>cause</em> a decision is asked by ablating them.
 *
 * <p><b>Sources.</b> <a href="https://transformer-circuits.pub/2021/framework/index.html">Elhage et al. 2021</a> (the
 * stream as a sum); <a href="https://arxiv.org/abs/2211.00593">Wang et al. 2022</a> (logit differences of the indirect
 * object task); <a href="https://arxiv.org/abs/2310.07325">Janiak et al. 2023</a> (erasure).
 */
@NullMarked
package dev.unembed.engine.attribution;

import org.jspecify.annotations.NullMarked;
