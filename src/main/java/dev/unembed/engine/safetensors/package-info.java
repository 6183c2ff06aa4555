/**
 * Reading and writing safetensors: {@link dev.unembed.engine.safetensors.SafetensorsFile} is one file,
 * {@link dev.unembed.engine.safetensors.WeightFiles} the one or many files of a model,
 * {@link dev.unembed.engine.safetensors.SafetensorsWriter} writes.
 *
 * <p>The format: eight bytes of header length, a JSON header that gives every tensor's dtype, shape and byte range, then
 * the bytes. Files come from strangers, so the header is believed in nothing before it is checked.
 *
 * @see <a href="https://github.com/huggingface/safetensors">safetensors</a>
 */
@NullMarked
package dev.unembed.engine.safetensors;

import org.jspecify.annotations.NullMarked;
