/**
 * Lenses: reading the residual stream before the model is finished with it.
 *
 * <p><b>Lens layers.</b> Lens layer <i>l</i> reads the stream ENTERING block <i>l</i>: layer 0 is the embedding, layer
 * <i>L</i> the final stream, where every lens must equal the model. With sublayers, <i>l</i> + 0.5 reads the stream in the
 * middle of block <i>l</i>, after its attention. This is the only place where that convention is made.
 *
 * <p><b>A reading</b> is a distribution over the vocabulary: the final norm (with the statistics of the very row it is
 * applied to), the unembedding with its bias, and the model's soft cap if it has one. The whole of it, layers × positions
 * × vocabulary, is never made: {@link dev.unembed.engine.lens.VocabularySweep} multiplies a block of vocabulary rows at a
 * time and folds each block into running statistics. {@link dev.unembed.engine.lens.DeviceSweep} does it where the model lies on
 * another device than the host.
 *
 * <p>Read {@link dev.unembed.engine.lens.VocabularySweep} first, then {@link dev.unembed.engine.lens.RowFold}.
 *
 * @see <a href="https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru">nostalgebraist 2020: interpreting GPT, the logit lens</a>
 */
@NullMarked
package dev.unembed.engine.lens;

import org.jspecify.annotations.NullMarked;
