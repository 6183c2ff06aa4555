/**
 * Prompts with a question in them: {@link dev.unembed.engine.prompt.PromptExample} is one as a person writes it,
 * {@link dev.unembed.engine.prompt.ResolvedExample} the same as a model's token ids. {@link dev.unembed.engine.prompt.PromptGenerator} makes examples of a task by a
 * {@link dev.unembed.engine.prompt.PromptRecipe}, {@link dev.unembed.engine.prompt.Preflight} says what is wrong with
 * examples before anything is computed.
 *
 * <p><b>Words.</b> <em>Answer</em> and <em>foil</em> are the right and a wrong continuation, one token each; the
 * <em>logit difference</em> is logit(answer) - logit(foil) at the last position, <em>END</em>. The <em>corrupted</em>
 * prompt is the same with what decides the answer exchanged, token by token.
 */
@NullMarked
package dev.unembed.engine.prompt;

import org.jspecify.annotations.NullMarked;
