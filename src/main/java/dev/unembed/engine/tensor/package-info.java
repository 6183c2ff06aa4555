/**
 * Tensors and their lifetimes: {@link dev.unembed.engine.tensor.TensorScope} owns what is computed in it,
 * {@link dev.unembed.engine.tensor.TensorOps} computes into a scope, {@link dev.unembed.engine.tensor.Torch} is the
 * native library, {@link dev.unembed.engine.tensor.ComputeDevice} where a tensor lies. Everything outside {@code engine} sees plain arrays only.
 */
@NullMarked
package dev.unembed.engine.tensor;

import org.jspecify.annotations.NullMarked;
