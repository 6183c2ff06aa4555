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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The operations a transformer is made of. Tensors are made in the host's memory; an operation is computed where its operands
 * lie, and if they lie apart, on the first {@link ComputeDevice} that isn't the host. Every result belongs to the scope these operations came from, whatever the
 * operands belong to: in the library's own operators it belongs to the left operand's, so {@code weight.add(x)} would
 * quietly pile up in the model.
 *
 * <p>None works in place, so a hook may keep what it saw.
 */
public final class TensorOps {
    private static final String FUNCTIONS = """
              def linear(self, x: Tensor, w: Tensor) -> Tensor:
                return torch.linear(x, w)
              def rounded(self, w: Tensor, centre: Tensor) -> Tensor:
                return torch.to(torch.sub(w, centre), 15)
              def linear_rounded(self, x: Tensor, w: Tensor) -> Tensor:
                return torch.to(torch.linear(torch.to(x, 15), w), 6)
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
              def last_row_difference(self, z: Tensor, own: Tensor, rows: int) -> Tensor:
                grouped = torch.reshape(z, [-1, rows, torch.size(z, 1)])
                last = torch.slice(grouped, 1, torch.sub(rows, 1), rows, 1)
                difference = torch.max(torch.abs(torch.sub(torch.squeeze(last, 1), own)))
                range = torch.max(torch.sub(torch.amax(own, [-1]), torch.amin(own, [-1])))
                return torch.stack([difference, range], 0)
              def with_last_row(self, z: Tensor, own: Tensor, rows: int) -> Tensor:
                grouped = torch.reshape(z, [-1, rows, torch.size(z, 1)])
                before = torch.slice(grouped, 1, 0, torch.sub(rows, 1), 1)
                return torch.flatten(torch.cat([before, torch.unsqueeze(own, 1)], 1), 0, 1)
              def lens_statistics(self, z: Tensor, rows: int, k: int, tracked: List[int]) -> Tensor:
                n = torch.size(z, 0)
                lp = torch.log_softmax(z, -1)
                entropy = torch.neg(torch.sum(torch.mul(torch.exp(lp), lp), [-1], True))
                grouped = torch.reshape(lp, [-1, rows, torch.size(z, 1)])
                last = torch.slice(grouped, 1, torch.sub(rows, 1), rows, 1)
                kl = torch.reshape(torch.sum(torch.mul(torch.exp(last), torch.sub(last, grouped)), [-1]), [n, 1])
                values, ids = torch.topk(lp, k)
                lastIds = torch.slice(torch.reshape(ids, [-1, rows, k]), 1, torch.sub(rows, 1), rows, 1)
                top = torch.slice(lastIds, 2, 0, 1, 1)
                finalIds = torch.reshape(torch.expand(top, [torch.size(top, 0), rows, 1]), [n, 1])
                final = torch.gather(lp, 1, finalIds)
                above = torch.sum(torch.gt(lp, final), [-1], True)
                columns = [entropy, kl, final, torch.to(torch.add(above, 1), 6), values, torch.to(ids, 6)]
                for i in range(torch.len(tracked)):
                  id = tracked[i]
                  own = torch.slice(lp, 1, id, torch.add(id, 1), 1)
                  ahead = torch.sum(torch.gt(lp, own), [-1], True)
                  _0 = torch.append(columns, own)
                  _1 = torch.append(columns, torch.to(torch.add(ahead, 1), 6))
                return torch.cat(columns, 1)
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
              def clone(self, x: Tensor) -> Tensor:
                return torch.clone(x)
              def alias(self, x: Tensor) -> Tensor:
                return torch.alias(x)
              def contiguous(self, x: Tensor) -> Tensor:
                return torch.contiguous(x)
            """;

    private static final LongAdder MOVED_BYTES = new LongAdder();

    private final DeviceManagers managers;

    /** @param managers own all results */
    TensorOps(DeviceManagers managers) {
        this.managers = managers;
    }

    // -- making and reading ---------------------------------------------------------------------------------------

    public NDArray create(float[] values, long... shape) {
        return managers.host().create(values, new Shape(shape));
    }

    public NDArray createIds(int[] values, long... shape) {
        return managers.host().create(Arrays.stream(values).asLongStream().toArray(), new Shape(shape));
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
                managers.host(),
                address,
                new Shape(shape),
                DataType.FLOAT32,
                ai.djl.ndarray.types.SparseFormat.DENSE,
                managers.host().getDevice());
    }

    /** Of so many numbers, to be filled through its {@link #memory} before anything else sees it. */
    public NDArray allocate(long... shape) {
        try {
            return managers.host().create(new Shape(shape), DataType.FLOAT32);
        } catch (EngineException e) {
            throw understood(e);
        }
    }

    /** Takes over a tensor that was computed in another scope. */
    public NDArray own(NDArray tensor) {
        return managers.keep(tensor);
    }

    /** The values of a tensor without a copy; valid while the tensor lives. The tensor must be contiguous. */
    public static MemorySegment memory(NDArray tensor) {
        return MemorySegment.ofBuffer(tensor.toByteBuffer(true));
    }

    // -- linear maps ----------------------------------------------------------------------------------------------

    /** @param x [.. in] @param weight [out in] @param bias [out] @return [.. out] */
    public NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return bias == null ? call("linear", x, weight) : call("linear_bias", x, weight, bias);
    }

    /**
     * Rows less a common one, rounded to bf16. The library's Java interface doesn't know that type and ends the process when
     * it meets it: the result is for {@link #linearRounded}, {@link #narrow} and {@link #concatenate}, and nothing else.
     *
     * @param weight [out in] @param centre [1 in] @return [out in]
     */
    public NDArray rounded(NDArray weight, NDArray centre) {
        return call("rounded", weight, centre);
    }

    /**
     * A linear map whose factors are rounded to bf16; sums are held in fp32 and rounded to bf16 at their end.
     *
     * @param x [.. in] @param rounded of {@link #rounded} [out in] @return [.. out]
     */
    public NDArray linearRounded(NDArray x, NDArray rounded) {
        return call("linear_rounded", x, rounded);
    }

    /**
     * A linear map taken backwards: directions among its outputs, as seen from its inputs.
     *
     * @param x [.. out]
     * @param weight [out in]
     * @return [.. in]
     */
    public NDArray pullBack(NDArray x, NDArray weight) {
        return call("matmul", x, weight);
    }

    /** @param table [n d] @param ids [..] @return [.. d] */
    public NDArray embedding(NDArray table, NDArray ids) {
        return call("embedding", table, ids);
    }

    // -- shapes ---------------------------------------------------------------------------------------------------

    /** A view of {@code from} up to, not including, {@code to} along one axis. */
    public NDArray narrow(NDArray x, int axis, long from, long to) {
        return call("narrow", x, axis, from, to);
    }

    public NDArray stack(NDArray[] tensors, int axis) {
        return call("stack", tensors, axis);
    }

    public NDArray concatenate(NDArray[] tensors, int axis) {
        return call("concatenate", tensors, axis);
    }

    public NDArray reshape(NDArray x, long... shape) {
        return call("reshape", x, shape);
    }

    public NDArray contiguous(NDArray x) {
        return call("contiguous", x);
    }

    // -- arithmetic -----------------------------------------------------------------------------------------------

    public NDArray add(NDArray x, NDArray y) {
        return call("add", x, y);
    }

    public NDArray subtract(NDArray x, NDArray y) {
        return call("sub", x, y);
    }

    public NDArray multiply(NDArray x, NDArray y) {
        return call("mul", x, y);
    }

    public NDArray multiply(NDArray x, double factor) {
        return call("times", x, factor);
    }

    /** x · factor + y. */
    public NDArray multiplyAdd(NDArray x, NDArray factor, NDArray y) {
        return call("multiply_add", x, factor, y);
    }

    /** Variants of the same prompts, all alike so far. @param x [prompt pos d] @return [variant·prompt pos d] */
    public NDArray repeat(NDArray x, int times) {
        return call("repeat", x, times);
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
        return call("replace_in_variants", x, keep, replacement, variants);
    }

    /** x where the condition is above 0, y elsewhere, whatever stands in the other; all three are broadcast. */
    public NDArray choose(NDArray condition, NDArray x, NDArray y) {
        return call("choose", condition, x, y);
    }

    /** The sum over the first axis, which stays with length 1. */
    public NDArray sumFirst(NDArray x) {
        return call("sum_first", x);
    }

    /** Every row of x with vectors of its own. @param x [n d] @param y [n m d] @return [n m] */
    public NDArray rowDots(NDArray x, NDArray y) {
        return call("row_dots", x, y);
    }

    public NDArray divide(NDArray x, NDArray y) {
        return call("div", x, y);
    }

    /** x less its mean over the last axis. */
    public NDArray centre(NDArray x) {
        return call("centre", x);
    }

    /** sqrt(mean(x²) + eps) over the last axis, which stays with length 1. */
    public NDArray rootMeanSquare(NDArray x, double eps) {
        return call("root_mean_square", x, eps);
    }

    public NDArray layerNorm(NDArray x, NDArray gain, NDArray bias, double eps) {
        return call("layer_norm", x, gain, bias, eps);
    }

    public NDArray rmsNorm(NDArray x, NDArray gain, double eps) {
        return call("rms_norm", x, gain, eps);
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
        return call("rotate", x, cos, sin);
    }

    /** The same with the pairs (2i, 2i + 1). */
    public NDArray rotateNeighbours(NDArray x, NDArray cos, NDArray sin) {
        return call("rotate_neighbours", x, cos, sin);
    }

    /** @param x [batch pos kv_head d_head] @return [batch pos head d_head], each repeated for its group of queries */
    public NDArray perQueryHead(NDArray x, int heads) {
        return call("per_query_head", x, heads);
    }

    /**
     * Puts positions in front, the same for every variant of a prompt.
     *
     * @param prefix [prompt pos head d_head]
     * @param x [variant·prompt pos head d_head]
     * @return [variant·prompt pos head d_head]
     */
    public NDArray withPrefix(NDArray prefix, NDArray x) {
        return call("with_prefix", prefix, x);
    }

    /** Causal attention that never holds the probabilities. @param q k v [batch pos head d_head] @return the same axes */
    public NDArray attention(NDArray q, NDArray k, NDArray v, double scale) {
        return call("attention", q, k, v, scale);
    }

    /** @param q k [batch pos head d_head] @return [batch head query key], minus infinity where key is after query */
    public NDArray causalScores(NDArray q, NDArray k, double scale) {
        return call("causal_scores", q, k, scale, Double.NEGATIVE_INFINITY);
    }

    /**
     * Attention that never holds the probabilities, with something added to the scores.
     *
     * @param bias [1 head|1 query key], minus infinity where a query doesn't see a key
     */
    public NDArray attention(NDArray q, NDArray k, NDArray v, double scale, NDArray bias) {
        return call("attention_biased", q, k, v, scale, bias);
    }

    /** Unmasked. @param q k [batch pos head d_head] @return [batch head query key] */
    public NDArray scores(NDArray q, NDArray k, double scale) {
        return call("scores", q, k, scale);
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
        return call("score_bias", perKey, create(positions, positions.length), window, Double.NEGATIVE_INFINITY);
    }

    /** log Σ exp(x) over the last axis. @param x [.. n] @return [..] */
    public NDArray logSumExp(NDArray x) {
        return call("log_sum_exp", x);
    }

    /** Over the last axis. @param x [.. n] @return [..] */
    public NDArray maximum(NDArray x) {
        return call("maximum", x);
    }

    public NDArray softmax(NDArray x) {
        return call("softmax", x);
    }

    /** @param pattern [batch head query key] @param v [batch pos head d_head] @return [batch pos head d_head] */
    public NDArray mix(NDArray pattern, NDArray v) {
        return call("mix", pattern, v);
    }

    // -- what a lens reads ----------------------------------------------------------------------------------------

    /**
     * The largest absolute difference between the logits of the last of several rows and the model's own, and the largest
     * distance between the model's largest and smallest at one position.
     *
     * @param z [pos·row d_vocab]
     * @param own [pos d_vocab]
     * @return [2]
     */
    public NDArray lastRowDifference(NDArray z, NDArray own, int rows) {
        return call("last_row_difference", z, own, rows);
    }

    /** The model's own logits in place of the last row's. @return [pos·row d_vocab] */
    public NDArray withLastRow(NDArray z, NDArray own, int rows) {
        return call("with_last_row", z, own, rows);
    }

    /**
     * The statistics of rows of logits; natural logarithms, ranks from 1.
     *
     * @param z [pos·row d_vocab]; a position's last row is the final one
     * @param tracked token ids
     * @return [pos·row columns]: entropy; KL(final row ‖ row); log-prob and rank of the final row's top token; k log-probs
     *     of the top tokens; their k ids; log-prob and rank of every tracked token
     */
    public NDArray lensStatistics(NDArray z, int rows, int k, int[] tracked) {
        return call(
                "lens_statistics",
                z,
                rows,
                k,
                Arrays.stream(tracked).asLongStream().toArray());
    }

    // -- nonlinearities -------------------------------------------------------------------------------------------

    public NDArray geluTanh(NDArray x) {
        return call("gelu_tanh", x);
    }

    public NDArray gelu(NDArray x) {
        return call("gelu", x);
    }

    public NDArray silu(NDArray x) {
        return call("silu", x);
    }

    public NDArray relu(NDArray x) {
        return call("relu", x);
    }

    /** cap · tanh(x / cap). */
    public NDArray softCap(NDArray x, double cap) {
        return call("soft_cap", x, cap);
    }

    // -- devices --------------------------------------------------------------------------------------------------

    /** The tensor itself if it lies there, a copy otherwise. */
    public NDArray on(ComputeDevice device, NDArray x) {
        return Torch.deviceOf(x).equals(device) ? x : copied(device, x, managers.of(device));
    }

    private static NDArray copied(ComputeDevice device, NDArray x, PtNDManager owner) {
        MOVED_BYTES.add(x.size() * Float.BYTES);
        IValue[] arguments = {IValue.from((PtNDArray) x)};
        if (device.hardware().equals(x.getDevice())) {
            return run("clone", arguments, owner);
        }
        // the library gives a copy to the owner of what is copied, who may take no more
        try (NDArray alias = run("alias", arguments, owner)) {
            return alias.toDevice(device.hardware(), false);
        }
    }

    /** How much was copied between devices since the start of the process, roughly. For tests and benchmarks. */
    public static long movedBytes() {
        return MOVED_BYTES.sum();
    }

    /** Where the tensors are computed with: on the first device that isn't the host. What lies elsewhere is copied there. */
    private static ComputeDevice meeting(Object[] arguments) {
        ComputeDevice device = ComputeDevice.HOST;
        for (int i = 0; i < arguments.length && device.isHost(); i++) {
            device = switch (arguments[i]) {
                case NDArray tensor -> Torch.deviceOf(tensor);
                case NDArray[] tensors -> meeting(tensors);
                default -> device;
            };
        }
        return device;
    }

    /** @param arguments tensors, lists of tensors, lists of whole numbers, numbers */
    private NDArray call(String function, Object... arguments) {
        ComputeDevice device = meeting(arguments);
        List<NDArray> copies = new ArrayList<>();
        try {
            IValue[] values = new IValue[arguments.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = switch (arguments[i]) {
                    case NDArray tensor -> IValue.from((PtNDArray) beside(device, tensor, copies));
                    case NDArray[] tensors -> {
                        PtNDArray[] list = new PtNDArray[tensors.length];
                        Arrays.setAll(list, t -> (PtNDArray) beside(device, tensors[t], copies));
                        yield IValue.listFrom(list);
                    }
                    case long[] numbers -> IValue.listFrom(numbers);
                    case Double number -> IValue.from(number);
                    case Number number -> IValue.from(number.longValue());
                    default -> throw new IllegalArgumentException(function + ": " + arguments[i]);
                };
            }
            return run(function, values, managers.of(device));
        } finally {
            copies.forEach(NDArray::close);
        }
    }

    private NDArray beside(ComputeDevice device, NDArray tensor, List<NDArray> copies) {
        if (Torch.deviceOf(tensor).equals(device)) {
            return tensor;
        }
        NDArray copy = copied(device, tensor, managers.of(device));
        copies.add(copy);
        return copy;
    }

    private static NDArray run(String function, IValue[] arguments, PtNDManager owner) {
        try (IValue result = IValueUtils.runMethod(Module.SCRIPT.module(), function, arguments)) {
            return result.toTensor(owner);
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
