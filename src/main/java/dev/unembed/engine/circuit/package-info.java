/**
 * Circuits: claims that some components do a job, and the causal tests that bear them out or don't.
 *
 * <p>Read first: {@link dev.unembed.engine.circuit.Circuit} (the claim), {@link
 * dev.unembed.engine.circuit.CircuitEvaluation} (F of any part of a model, many parts at once) and {@link
 * dev.unembed.engine.circuit.PatchingSweep} (one place after the other). {@link
 * dev.unembed.engine.circuit.Intervention} changes anything anywhere, a pass at a time, and is what those two are held
 * against.
 *
 * <p><b>Words.</b> <em>F</em> is the mean logit difference of a prompt set. To <em>ablate</em> a node is to put something in
 * its place that doesn't depend on the prompt: zero, the mean over a reference set at the same position, or what it was on
 * another prompt (<em>resample</em>). F(M) is the whole model's, F(C) what is left when all of the universe but the circuit
 * is ablated, F(M∖C) the <em>knock-out</em>, when the circuit is; F(∅) when everything in the universe is.
 *
 * <ul>
 *   <li><em>Sufficiency</em>: F(C) / F(M), or (F(C) - F(∅)) / (F(M) - F(∅)) where the empty circuit isn't 0 (Mueller et al.
 *       2025, MIB). The faithfulness gap is |F(M) - F(C)|.
 *   <li><em>Necessity</em>: what F(M∖C) leaves of F(M).
 *   <li><em>Completeness</em>: |F(C∖K) - F(M∖K)| is small for every K ⊆ C (Wang et al. 2022, section 4.1).
 *   <li><em>Minimality</em>: for every node v some K ⊆ C has a large |F(C∖(K∪{v})) - F(C∖K)| (ibid.).
 *   <li><em>Self-repair</em>: after an ablation others change what they add (McGrath et al. 2023; Rushing and Nanda 2024).
 * </ul>
 *
 * <p>A share means nothing without its protocol: granularity, ablation value, reference, positions, direction, metric and
 * prompts (Miller et al. 2024), so every result carries all of them. <em>Patching</em> follows Zhang and Nanda 2023:
 * corrupted prompts that align token by token, and logit differences rather than probabilities.
 *
 * <p>Sources: Wang et al., "Interpretability in the Wild" (arXiv:2211.00593); Miller et al., "Transformer Circuit Faithfulness
 * Metrics are not Robust" (arXiv:2407.08734); Shi et al., "Hypothesis Testing the Circuit Hypothesis in LLMs"
 * (arXiv:2410.13032); Zhang and Nanda, "Towards Best Practices of Activation Patching" (arXiv:2309.16042); McGrath et al., "The
 * Hydra Effect" (arXiv:2307.15771); Rushing and Nanda, "Explorations of Self-Repair" (arXiv:2402.15390).
 */
@NullMarked
package dev.unembed.engine.circuit;

import org.jspecify.annotations.NullMarked;
