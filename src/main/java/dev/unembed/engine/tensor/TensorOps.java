package dev.unembed.engine.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.unembed.engine.ResourcesExhausted;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The operations a transformer is made of. Every result belongs to the scope these operations came from, whatever the
 * operands belong to: in the library's own operators it belongs to the left operand's, so {@code weight.add(x)} would
 * quietly pile up in the model.
 *
 * <p>None works in place, so a hook may keep what it saw.
 */
public final class TensorOps {
    private static final String FUNCTIONS = """
              def linear(self, x: Tensor, w: Tensor) -> Tensor:
                return torch.linear(x, w)
              def linear_bias(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
                return torch.linear(x, w, b)
              def matmul(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.matmul(x, y)
              def embedding(self, w: Tensor, ids: Tensor) -> Tensor:
                return torch.embedding(w, ids)
              def narrow(self, x: Tensor, dim: int, start: int, end: int) -> Tensor:
                return torch.slice(x, dim, start, end, 1)
              def stack(self, xs: List[Tensor], dim: int) -> Tensor:
                return torch.stack(xs, dim)
              def concatenate(self, xs: List[Tensor], dim: int) -> Tensor:
                return torch.cat(xs, dim)
              def reshape(self, x: Tensor, shape: List[int]) -> Tensor:
                return torch.reshape(x, shape)
              def add(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.add(x, y)
              def sub(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.sub(x, y)
              def mul(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.mul(x, y)
              def times(self, x: Tensor, factor: float) -> Tensor:
                return torch.mul(x, factor)
              def multiply_add(self, x: Tensor, factor: Tensor, y: Tensor) -> Tensor:
                return torch.add(torch.mul(x, factor), y)
              def repeat(self, x: Tensor, times: int) -> Tensor:
                y = torch.expand(torch.unsqueeze(x, 0), [times, torch.size(x, 0), torch.size(x, 1), torch.size(x, 2)])
                return torch.flatten(y, 0, 1)
              def replace_in_variants(self, x: Tensor, keep: Tensor, replacement: Tensor, variants: int) -> Tensor:
                P = torch.floordiv(torch.size(x, 0), variants)
                y = torch.reshape(x, [variants, P, torch.size(x, 1), torch.size(x, 2), torch.size(x, 3)])
                return torch.flatten(torch.lerp(torch.unsqueeze(replacement, 0), y, keep), 0, 1)
              def choose(self, condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
                return torch.where(torch.gt(condition, 0), x, y)
              def sum_first(self, x: Tensor) -> Tensor:
                return torch.sum(x, [0], True)
              def row_dots(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.squeeze(torch.matmul(y, torch.unsqueeze(x, -1)), -1)
              def with_prefix(self, prefix: Tensor, x: Tensor) -> Tensor:
                P = torch.size(prefix, 0)
                H = torch.size(x, 2)
                D = torch.size(x, 3)
                variants = torch.floordiv(torch.size(x, 0), P)
                y = torch.expand(torch.unsqueeze(prefix, 0), [variants, P, torch.size(prefix, 1), H, D])
                z = torch.reshape(x, [variants, P, torch.size(x, 1), H, D])
                return torch.flatten(torch.cat([y, z], 2), 0, 1)
              def div(self, x: Tensor, y: Tensor) -> Tensor:
                return torch.div(x, y)
              def centre(self, x: Tensor) -> Tensor:
                return torch.sub(x, torch.mean(x, [-1], True))
              def root_mean_square(self, x: Tensor, eps: float) -> Tensor:
                return torch.sqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), eps))
              def layer_norm(self, x: Tensor, w: Tensor, b: Tensor, eps: float) -> Tensor:
                return torch.layer_norm(x, [torch.size(x, -1)], w, b, eps, False)
              def rms_norm(self, x: Tensor, w: Tensor, eps: float) -> Tensor:
                return torch.rms_norm(x, [torch.size(x, -1)], w, eps)
              def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
                half = torch.size(cos, -1)
                n = torch.size(x, -1)
                a = torch.slice(x, -1, 0, half, 1)
                b = torch.slice(x, -1, half, torch.mul(half, 2), 1)
                rest = torch.slice(x, -1, torch.mul(half, 2), n, 1)
                first = torch.sub(torch.mul(a, cos), torch.mul(b, sin))
                second = torch.add(torch.mul(b, cos), torch.mul(a, sin))
                return torch.cat([first, second, rest], -1)
              def rotate_neighbours(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
                turned = torch.mul(torch.size(cos, -1), 2)
                a = torch.slice(x, -1, 0, turned, 2)
                b = torch.slice(x, -1, 1, turned, 2)
                rest = torch.slice(x, -1, turned, torch.size(x, -1), 1)
                first = torch.sub(torch.mul(a, cos), torch.mul(b, sin))
                second = torch.add(torch.mul(b, cos), torch.mul(a, sin))
                return torch.cat([torch.flatten(torch.stack([first, second], -1), -2, -1), rest], -1)
              def per_query_head(self, x: Tensor, heads: int) -> Tensor:
                B = torch.size(x, 0)
                T = torch.size(x, 1)
                D = torch.size(x, 3)
                y = torch.unsqueeze(x, 3)
                y0 = torch.expand(y, [B, T, torch.size(x, 2), torch.floordiv(heads, torch.size(x, 2)), D])
                return torch.reshape(y0, [B, T, heads, D])
              def attention(self, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
                z = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), torch.transpose(k, 1, 2), torch.transpose(v, 1, 2), None, 0., True, scale=scale)
                return torch.transpose(z, 1, 2)
              def attention_biased(self, q: Tensor, k: Tensor, v: Tensor, scale: float, bias: Tensor) -> Tensor:
                z = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), torch.transpose(k, 1, 2), torch.transpose(v, 1, 2), bias, 0., False, scale=scale)
                return torch.transpose(z, 1, 2)
              def scores(self, q: Tensor, k: Tensor, scale: float) -> Tensor:
                return torch.mul(torch.matmul(torch.transpose(q, 1, 2), torch.permute(k, [0, 2, 3, 1])), scale)
              def score_bias(self, per_key: Tensor, positions: Tensor, window: int, minus_infinity: float) -> Tensor:
                key = torch.unsqueeze(positions, 0)
                query = torch.unsqueeze(positions, 1)
                unseen = torch.logical_or(torch.gt(key, query), torch.le(key, torch.sub(query, window)))
                b = torch.sub(torch.unsqueeze(per_key, 1), torch.unsqueeze(per_key, 2))
                return torch.unsqueeze(torch.masked_fill(b, unseen, minus_infinity), 0)
              def causal_scores(self, q: Tensor, k: Tensor, scale: float, minus_infinity: float) -> Tensor:
                s = torch.mul(torch.matmul(torch.transpose(q, 1, 2), torch.permute(k, [0, 2, 3, 1])), scale)
                future = torch.gt(torch.triu(torch.ones_like(s), 1), 0)
                return torch.masked_fill(s, future, minus_infinity)
              def log_sum_exp(self, x: Tensor) -> Tensor:
                return torch.logsumexp(x, [-1])
              def maximum(self, x: Tensor) -> Tensor:
                return torch.amax(x, [-1])
              def softmax(self, x: Tensor) -> Tensor:
                return torch.softmax(x, -1)
              def mix(self, pattern: Tensor, v: Tensor) -> Tensor:
                return torch.transpose(torch.matmul(pattern, torch.transpose(v, 1, 2)), 1, 2)
              def gelu_tanh(self, x: Tensor) -> Tensor:
                return torch.gelu(x, approximate="tanh")
              def gelu(self, x: Tensor) -> Tensor:
                return torch.gelu(x)
              def silu(self, x: Tensor) -> Tensor:
                return torch.silu(x)
              def relu(self, x: Tensor) -> Tensor:
                return torch.relu(x)
              def soft_cap(self, x: Tensor, cap: float) -> Tensor:
                return torch.mul(torch.tanh(torch.div(x, cap)), cap)
              def contiguous(self, x: Tensor) -> Tensor:
                return torch.contiguous(x)
            """;

    private final PtNDManager manager;

    TensorOps(PtNDManager manager) {
        this.manager = manager;
    }

    // -- making and reading ---------------------------------------------------------------------------------------

    public NDArray create(float[] values, long... shape) {
        return manager.create(values, new Shape(shape));
    }

    public NDArray createIds(int[] values, long... shape) {
        return manager.create(Arrays.stream(values).asLongStream().toArray(), new Shape(shape));
    }

    /**
     * A tensor over memory that somebody else owns, without a copy; it may be a read-only mapping, because no operation
     * here works in place. The address is all the native side takes, so tensors beyond 2 GB are fine although a
     * {@link ByteBuffer} counts to 2^31 only.
     */
    public NDArray view(MemorySegment floats, long... shape) {
        ByteBuffer address = floats.asSlice(0, Math.min(floats.byteSize(), Integer.MAX_VALUE & ~3))
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
        return JniUtils.createNdFromByteBuffer(
                manager,
                address,
                new Shape(shape),
                DataType.FLOAT32,
                ai.djl.ndarray.types.SparseFormat.DENSE,
                manager.getDevice());
    }

    /** Of so many numbers, to be filled through its {@link #memory} before anything else sees it. */
    public NDArray allocate(long... shape) {
        try {
            return manager.create(new Shape(shape), DataType.FLOAT32);
        } catch (EngineException e) {
            throw understood(e);
        }
    }

    /** Takes over a tensor that was computed in another scope. */
    public NDArray own(NDArray tensor) {
        tensor.attach(manager);
        return tensor;
    }

    /** The values of a tensor without a copy; valid while the tensor lives. The tensor must be contiguous. */
    public static MemorySegment memory(NDArray tensor) {
        return MemorySegment.ofBuffer(tensor.toByteBuffer(true));
    }

    // -- linear maps ----------------------------------------------------------------------------------------------

    /** @param x [.. in] @param weight [out in] @param bias [out] @return [.. out] */
    public NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return bias == null
                ? call("linear", tensor(x), tensor(weight))
                : call("linear_bias", tensor(x), tensor(weight), tensor(bias));
    }

    /**
     * A linear map taken backwards: directions among its outputs, as seen from its inputs.
     *
     * @param x [.. out]
     * @param weight [out in]
     * @return [.. in]
     */
    public NDArray pullBack(NDArray x, NDArray weight) {
        return call("matmul", tensor(x), tensor(weight));
    }

    /** @param table [n d] @param ids [..] @return [.. d] */
    public NDArray embedding(NDArray table, NDArray ids) {
        return call("embedding", tensor(table), tensor(ids));
    }

    // -- shapes ---------------------------------------------------------------------------------------------------

    /** A view of {@code from} up to, not including, {@code to} along one axis. */
    public NDArray narrow(NDArray x, int axis, long from, long to) {
        return call("narrow", tensor(x), IValue.from(axis), IValue.from(from), IValue.from(to));
    }

    public NDArray stack(NDArray[] tensors, int axis) {
        PtNDArray[] list = Arrays.copyOf(tensors, tensors.length, PtNDArray[].class);
        return call("stack", IValue.listFrom(list), IValue.from(axis));
    }

    public NDArray concatenate(NDArray[] tensors, int axis) {
        PtNDArray[] list = Arrays.copyOf(tensors, tensors.length, PtNDArray[].class);
        return call("concatenate", IValue.listFrom(list), IValue.from(axis));
    }

    public NDArray reshape(NDArray x, long... shape) {
        return call("reshape", tensor(x), IValue.listFrom(shape));
    }

    public NDArray contiguous(NDArray x) {
        return call("contiguous", tensor(x));
    }

    // -- arithmetic -----------------------------------------------------------------------------------------------

    public NDArray add(NDArray x, NDArray y) {
        return call("add", tensor(x), tensor(y));
    }

    public NDArray subtract(NDArray x, NDArray y) {
        return call("sub", tensor(x), tensor(y));
    }

    public NDArray multiply(NDArray x, NDArray y) {
        return call("mul", tensor(x), tensor(y));
    }

    public NDArray multiply(NDArray x, double factor) {
        return call("times", tensor(x), IValue.from(factor));
    }

    /** x · factor + y. */
    public NDArray multiplyAdd(NDArray x, NDArray factor, NDArray y) {
        return call("multiply_add", tensor(x), tensor(factor), tensor(y));
    }

    /** Variants of the same prompts, all alike so far. @param x [prompt pos d] @return [variant·prompt pos d] */
    public NDArray repeat(NDArray x, int times) {
        return call("repeat", tensor(x), IValue.from((long) times));
    }

    /**
     * What is kept of every variant, and the replacement elsewhere.
     *
     * @param x [variant·prompt pos n d]
     * @param keep 1 or 0 [variant prompt|1 pos|1 n|1 1]
     * @param replacement [prompt|1 pos|1 n|1 d|1]
     * @return [variant·prompt pos n d]; exactly x where keep is 1, exactly the replacement where it is 0
     */
    public NDArray replaceInVariants(NDArray x, NDArray keep, NDArray replacement, int variants) {
        return call("replace_in_variants", tensor(x), tensor(keep), tensor(replacement), IValue.from((long) variants));
    }

    /** x where the condition is above 0, y elsewhere, whatever stands in the other; all three are broadcast. */
    public NDArray choose(NDArray condition, NDArray x, NDArray y) {
        return call("choose", tensor(condition), tensor(x), tensor(y));
    }

    /** The sum over the first axis, which stays with length 1. */
    public NDArray sumFirst(NDArray x) {
        return call("sum_first", tensor(x));
    }

    /** Every row of x with vectors of its own. @param x [n d] @param y [n m d] @return [n m] */
    public NDArray rowDots(NDArray x, NDArray y) {
        return call("row_dots", tensor(x), tensor(y));
    }

    public NDArray divide(NDArray x, NDArray y) {
        return call("div", tensor(x), tensor(y));
    }

    /** x less its mean over the last axis. */
    public NDArray centre(NDArray x) {
        return call("centre", tensor(x));
    }

    /** sqrt(mean(x²) + eps) over the last axis, which stays with length 1. */
    public NDArray rootMeanSquare(NDArray x, double eps) {
        return call("root_mean_square", tensor(x), IValue.from(eps));
    }

    public NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double eps) {
        return call("layer_norm", tensor(x), tensor(gain), tensor(bias), IValue.from(eps));
    }

    public NDArray rmsNorm(NDArray x, NDArray gain, double eps) {
        return call("rms_norm", tensor(x), tensor(gain), IValue.from(eps));
    }

    // -- attention ------------------------------------------------------------------------------------------------

    /**
     * Turns the pairs (i, i + n/2) of the first n dimensions of every head by their angle.
     *
     * @param x [batch pos head d_head]
     * @param cos [pos 1 n/2]
     * @param sin [pos 1 n/2]
     */
    public NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
        return call("rotate", tensor(x), tensor(cos), tensor(sin));
    }

    /** The same with the pairs (2i, 2i + 1). */
    public NDArray rotateNeighbours(NDArray x, NDArray cos, NDArray sin) {
        return call("rotate_neighbours", tensor(x), tensor(cos), tensor(sin));
    }

    /** @param x [batch pos kv_head d_head] @return [batch pos head d_head], each repeated for its group of queries */
    public NDArray perQueryHead(NDArray x, int heads) {
        return call("per_query_head", tensor(x), IValue.from(heads));
    }

    /**
     * Puts positions in front, the same for every variant of a prompt.
     *
     * @param prefix [prompt pos head d_head]
     * @param x [variant·prompt pos head d_head]
     * @return [variant·prompt pos head d_head]
     */
    public NDArray withPrefix(NDArray prefix, NDArray x) {
        return call("with_prefix", tensor(prefix), tensor(x));
    }

    /** Causal attention that never holds the probabilities. @param q k v [batch pos head d_head] @return the same axes */
    public NDArray attention(NDArray q, NDArray k, NDArray v, double scale) {
        return call("attention", tensor(q), tensor(k), tensor(v), IValue.from(scale));
    }

    /** @param q k [batch pos head d_head] @return [batch head query key], minus infinity where key is after query */
    public NDArray causalScores(NDArray q, NDArray k, double scale) {
        return call("causal_scores", tensor(q), tensor(k), IValue.from(scale), IValue.from(Double.NEGATIVE_INFINITY));
    }

    /**
     * Attention that never holds the probabilities, with something added to the scores.
     *
     * @param bias [1 head|1 query key], minus infinity where a query doesn't see a key
     */
    public NDArray attention(NDArray q, NDArray k, NDArray v, double scale, NDArray bias) {
        return call("attention_biased", tensor(q), tensor(k), tensor(v), IValue.from(scale), tensor(bias));
    }

    /** Unmasked. @param q k [batch pos head d_head] @return [batch head query key] */
    public NDArray scores(NDArray q, NDArray k, double scale) {
        return call("scores", tensor(q), tensor(k), IValue.from(scale));
    }

    /**
     * What is added to causal scores: perKey[key] - perKey[query] where the key is among the last {@code window} positions
     * up to the query's, minus infinity elsewhere.
     *
     * @param perKey [head|1 pos]
     * @return [1 head|1 query key]
     */
    public NDArray scoreBias(NDArray perKey, int window) {
        float[] positions = new float[(int) perKey.getShape().get(1)]; // exact up to 2^24
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i;
        }
        return call(
                "score_bias",
                tensor(perKey),
                tensor(create(positions, positions.length)),
                IValue.from((long) window),
                IValue.from(Double.NEGATIVE_INFINITY));
    }

    /** log Σ exp(x) over the last axis. @param x [.. n] @return [..] */
    public NDArray logSumExp(NDArray x) {
        return call("log_sum_exp", tensor(x));
    }

    /** Over the last axis. @param x [.. n] @return [..] */
    public NDArray maximum(NDArray x) {
        return call("maximum", tensor(x));
    }

    public NDArray softmax(NDArray x) {
        return call("softmax", tensor(x));
    }

    /** @param pattern [batch head query key] @param v [batch pos head d_head] @return [batch pos head d_head] */
    public NDArray mix(NDArray pattern, NDArray v) {
        return call("mix", tensor(pattern), tensor(v));
    }

    // -- nonlinearities -------------------------------------------------------------------------------------------

    public NDArray geluTanh(NDArray x) {
        return call("gelu_tanh", tensor(x));
    }

    public NDArray gelu(NDArray x) {
        return call("gelu", tensor(x));
    }

    public NDArray silu(NDArray x) {
        return call("silu", tensor(x));
    }

    public NDArray relu(NDArray x) {
        return call("relu", tensor(x));
    }

    /** cap · tanh(x / cap). */
    public NDArray softCap(NDArray x, double cap) {
        return call("soft_cap", tensor(x), IValue.from(cap));
    }

    private static IValue tensor(NDArray x) {
        return IValue.from((PtNDArray) x);
    }

    private NDArray call(String function, IValue... arguments) {
        try (IValue result = IValueUtils.runMethod(Module.SCRIPT.module(), function, arguments)) {
            return result.toTensor(manager);
        } catch (EngineException e) {
            throw understood(e);
        } finally {
            for (IValue argument : arguments) {
                argument.close();
            }
        }
    }

    private static RuntimeException understood(EngineException e) {
        return String.valueOf(e.getMessage()).contains("can't allocate memory")
                ? new ResourcesExhausted(
                        "There isn't enough memory for this computation. Shorten the prompt, or close other models.", e)
                : e;
    }

    /** Compiled once, at the first operation. */
    private static final class Module {
        static final TorchScript SCRIPT = new TorchScript(FUNCTIONS);
    }
}
