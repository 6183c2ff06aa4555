package dev.unembed.engine.transformer;

import ai.djl.ndarray.NDArray;
import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.tensor.TensorOps;
import dev.unembed.engine.tensor.TensorScope;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint.Flow;
import dev.unembed.engine.transformer.Blueprint.NormPlacement;
import dev.unembed.engine.transformer.Blueprint.Positions;
import dev.unembed.engine.transformer.HookPoint.Site;
import dev.unembed.engine.transformer.TransformerWeights.BlockWeights;
import dev.unembed.engine.transformer.WeightSource.OpenBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass: of every model, because what distinguishes models is in their {@link Blueprint}.
 *
 * <pre>
 * stream = embed(tokens) + positions
 * per block:  stream = stream + attention(norm(stream))
 *             stream = stream + mlp(norm(stream))      (norms before, after or both)
 * logits = unembed(norm(stream))
 * </pre>
 *
 * <p>Read {@link #blocks} from top to bottom; everything else here is its surroundings. A pass may also begin in the
 * middle ({@link #resume}). It is stateless and safe to use from several threads at once.
 */
public final class Transformer {
    private final Blueprint blueprint;
    private final WeightSource weights;
    private final Normalization finalNorm;
    private final Unembedding unembedding;

    private final @Nullable Normalization embeddingNorm;

    private record Layer(SublayerNorms ln1, Attention attention, SublayerNorms ln2, FeedForward mlp) {
        static Layer of(Blueprint blueprint, BlockWeights<NDArray> block, int layer) {
            return new Layer(
                    SublayerNorms.ofAttention(blueprint, block, layer),
                    new Attention(blueprint.attention(), blueprint.norm(), block.attention(), layer),
                    SublayerNorms.ofMlp(blueprint, block, layer),
                    new FeedForward(blueprint.mlp(), block.mlp(), layer));
        }
    }

    /** @param weights must outlive this; whoever loaded them closes them */
    public Transformer(Blueprint blueprint, TransformerWeights<NDArray> weights) {
        this(blueprint, WeightSource.inMemory(weights));
    }

    /** @param weights must outlive this; whoever made them closes them */
    public Transformer(Blueprint blueprint, WeightSource weights) {
        this.blueprint = blueprint;
        this.weights = weights;
        embeddingNorm = blueprint.embedding().normalized()
                ? new Normalization(blueprint.norm(), Objects.requireNonNull(weights.embeddingNorm()))
                : null;
        finalNorm = new Normalization(blueprint.norm(), weights.finalNorm());
        unembedding = new Unembedding(
                weights.unembedding(), weights.unembeddingBias(), blueprint.dVocab(), blueprint.logitCap());
    }

    public Blueprint blueprint() {
        return blueprint;
    }

    /** For the engine's own use. */
    public WeightSource weights() {
        return weights;
    }

    public Normalization finalNorm() {
        return finalNorm;
    }

    public Unembedding unembedding() {
        return unembedding;
    }

    /**
     * Runs prompts of equal length through the model.
     *
     * @param ids [batch pos]
     * @throws InvalidInput if a hook point doesn't exist in this model, or the ids don't fit it
     */
    public ForwardPass forward(int[][] ids, Hooks hooks) {
        requireExisting(hooks);
        requireReadable(ids);
        Torch.prepareThread(Torch.threadsFor(multiplications((long) ids.length * ids[0].length)));
        HookProbe probe = new HookProbe(hooks);
        try (TensorScope scope = new TensorScope()) {
            NDArray stream = streams(ids, probe, scope); // [batch pos d_model]
            NDArray normalized = finalNorm.apply(
                    stream,
                    scope.ops(),
                    probe,
                    HookPoint.of(Site.LN_FINAL_SCALE),
                    HookPoint.of(Site.LN_FINAL_NORMALIZED)); // [batch pos d_model]
            NDArray logits = unembedding.logits(normalized, scope.ops()); // [batch pos d_vocab]
            return new ForwardPass(ids.length, ids[0].length, blueprint.dVocab(), logits.toFloatArray(), probe.cache());
        }
    }

    /**
     * The pass up to, not including, the final norm. The calling thread must be prepared ({@link Torch#prepareThread}).
     *
     * @param ids [batch pos], prompts of equal length
     * @param scope owns the result
     * @return the final residual stream [batch pos d_model]
     */
    public NDArray streams(int[][] ids, Probe probe, TensorScope scope) {
        return streams(ids, Reach.everything(ids[0].length), probe, scope);
    }

    /**
     * The same for the positions that are read.
     *
     * @param reach from position 0 on
     * @return the final residual stream at the read positions [batch pos d_model]
     */
    public NDArray streams(int[][] ids, Reach reach, Probe probe, TensorScope scope) {
        requireReadable(ids);
        if (reach.from() != 0 || reach.positions() != ids[0].length) {
            throw new IllegalArgumentException("a pass from token ids computes all " + ids[0].length + " positions");
        }
        NDArray stream = embed(ids, new Pass(scope.ops(), probe)); // [batch pos d_model]
        return blocks(
                0,
                blueprint.layers(),
                stream,
                true,
                Sight.ofBlocks(blueprint, weights::device, reach, scope.ops()),
                probe,
                scope);
    }

    /**
     * The pass as far as the stream that enters a block: what an early layer already knows costs no later ones.
     *
     * @param block 0 for the embedding, the number of blocks for the final stream
     * @return the stream that enters it [batch pos d_model]
     */
    public NDArray streamsInto(int block, int[][] ids, Probe probe, TensorScope scope) {
        requireReadable(ids);
        Objects.checkIndex(block, blueprint.layers() + 1);
        NDArray stream = embed(ids, new Pass(scope.ops(), probe)); // [batch pos d_model]
        List<Sight> sights = Sight.ofBlocks(blueprint, weights::device, Reach.everything(ids[0].length), scope.ops());
        return blocks(0, block, stream, true, sights, probe, scope);
    }

    /**
     * The rest of a pass that begins in the middle of the model, exactly as the whole pass would have gone on. Hook points
     * before the entry are not come by.
     *
     * @param entry tensors at the positions from {@code reach.from()} on; its batch may be several times that of the keys
     *     and values before: variants of the same prompts, all prompts of a variant together
     * @param scope owns the result
     * @return the final residual stream at the read positions [batch pos d_model]
     */
    public NDArray resume(Entry entry, Reach reach, Probe probe, TensorScope scope) {
        List<Sight> sights = Sight.ofBlocks(blueprint, weights::device, reach, scope.ops());
        if (entry instanceof Entry.AtBlock(int block, NDArray residPre)) {
            NDArray stream = blocks(block, blueprint.layers(), residPre, false, sights, probe, scope);
            return block == blueprint.layers() && !reach.readsAll()
                    ? scope.ops()
                            .narrow(
                                    stream,
                                    1,
                                    reach.readFrom() - reach.from(),
                                    stream.getShape().get(1))
                    : stream;
        }
        int l = entry.block();
        NDArray stream;
        try (OpenBlock open = weights.open(l);
                TensorScope local = new TensorScope()) {
            Layer layer = Layer.of(blueprint, open.weights(), l);
            Pass pass = new Pass(local.ops(), probe);
            Sight sight = sights.get(l);
            NDArray entering = switch (entry) {
                case Entry.AtBlock e -> e.residPre();
                case Entry.AfterHeads e -> e.residPre();
                case Entry.AfterAttention e -> e.residPre();
            };
            NDArray residPre =
                    sight.queried(pass.ops().on(weights.device(l), entering), pass.ops()); // [batch pos d_model]
            NDArray attnOut = switch (entry) {
                case Entry.AtBlock e -> throw new IllegalStateException("handled above");
                case Entry.AfterHeads e -> attnOut(l, layer, sight.queried(e.z(), pass.ops()), pass);
                case Entry.AfterAttention e -> sight.queried(e.attnOut(), pass.ops());
            }; // [batch pos d_model]
            stream = scope.keep(afterAttention(l, layer, residPre, attnOut, pass));
        }
        probe.blockDone(l);
        return blocks(l + 1, blueprint.layers(), stream, true, sights, probe, scope);
    }

    /** @param ours whether the stream is this pass's own, to be freed when it has been read */
    private NDArray blocks(
            int first, int end, NDArray entering, boolean ours, List<Sight> sights, Probe probe, TensorScope scope) {
        NDArray stream = entering;
        for (int l = first; l < end; l++) {
            try (OpenBlock open = weights.open(l);
                    TensorScope local = new TensorScope()) {
                if (ours || l > first) {
                    local.keep(stream); // freed with this block, unless the probe takes it over
                }
                Pass pass = new Pass(local.ops(), probe);
                Sight sight = sights.get(l);
                Layer layer = Layer.of(blueprint, open.weights(), l);
                NDArray residPre =
                        pass.see(Site.RESID_PRE, l, pass.ops().on(weights.device(l), stream)); // [batch pos d_model]
                NDArray z = layer.attention().mixed(layer.ln1().before(residPre, pass), sight, pass);
                NDArray attnOut = attnOut(l, layer, z, pass); // [batch pos d_model]
                stream = scope.keep(afterAttention(l, layer, sight.queried(residPre, pass.ops()), attnOut, pass));
            }
            probe.blockDone(l);
        }
        return stream;
    }

    /** @param z [batch pos head d_head] @return what attention adds to the stream [batch pos d_model] */
    private NDArray attnOut(int l, Layer layer, NDArray z, Pass pass) {
        return pass.see(Site.ATTN_OUT, l, layer.ln1().after(layer.attention().output(z, pass.ops()), pass));
    }

    /** The second half of a block. @param residPre attnOut [batch pos d_model] @return the stream it leaves */
    private NDArray afterAttention(int l, Layer layer, NDArray residPre, NDArray attnOut, Pass pass) {
        TensorOps ops = pass.ops();
        NDArray residMid = ops.add(residPre, attnOut); // [batch pos d_model]
        boolean sequential = blueprint.flow() == Flow.SEQUENTIAL;
        if (sequential) {
            residMid = pass.see(Site.RESID_MID, l, residMid);
        }
        NDArray ln2 = layer.ln2().before(sequential ? residMid : residPre, pass);
        NDArray mlp = layer.mlp().apply(ln2, pass);
        NDArray mlpOut = pass.see(Site.MLP_OUT, l, layer.ln2().after(mlp, pass)); // [batch pos d_model]
        return pass.see(Site.RESID_POST, l, ops.add(residMid, mlpOut)); // [batch pos d_model]
    }

    /**
     * Some logits at the last position of every prompt, with a final norm of its own for each.
     *
     * @param stream the final residual stream [batch pos d_model]; the last of its positions is read
     * @param tokens as many for every prompt of the batch [batch n]
     * @return [batch n]
     */
    public float[][] logitsAtEnd(NDArray stream, int[][] tokens) {
        try (TensorScope scope = new TensorScope()) {
            TensorOps ops = scope.ops();
            long positions = stream.getShape().get(1);
            NDArray end = ops.reshape(
                    ops.narrow(stream, 1, positions - 1, positions),
                    tokens.length,
                    blueprint.dModel()); // [batch d_model]
            float[] flat = unembedding
                    .logitsPerRow(finalNorm.apply(end, ops), tokens, ops)
                    .toFloatArray();
            int n = tokens[0].length;
            float[][] logits = new float[tokens.length][];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = Arrays.copyOfRange(flat, i * n, (i + 1) * n);
            }
            return logits;
        }
    }

    private NDArray embed(int[][] ids, Pass pass) {
        TensorOps ops = pass.ops();
        int positions = ids[0].length;
        int[] flat = Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
        NDArray tokens = embedded(weights.tokenEmbedding(), flat, ids.length, ops);
        if (blueprint.embedding().scale() != 1) {
            tokens = ops.multiply(tokens, blueprint.embedding().scale());
        }
        if (embeddingNorm != null) {
            tokens = embeddingNorm.apply(tokens, ops);
        }
        tokens = pass.see(HookPoint.of(Site.EMBED), tokens); // [batch pos d_model]
        return switch (blueprint.positions()) {
            case Positions.Rotary rotary -> tokens;
            case Positions.RotaryBySpan rotary -> tokens;
            case Positions.Alibi alibi -> tokens;
            case Positions.Learned learned -> {
                RowTable table = Objects.requireNonNull(weights.positionEmbedding());
                int[] order = new int[flat.length];
                Arrays.setAll(order, i -> learned.offset() + i % positions);
                NDArray positional = embedded(table, order, ids.length, ops);
                yield ops.add(tokens, pass.see(HookPoint.of(Site.POS_EMBED), positional));
            }
        };
    }

    /** @param ids of all prompts, one after the other @return [batch pos d_model] */
    private NDArray embedded(RowTable table, int[] ids, int prompts, TensorOps ops) {
        return ops.reshape(table.rows(ids, ops), prompts, ids.length / prompts, blueprint.dModel());
    }

    /** Multiplications of the blocks for so many positions; attention's scores are left out. */
    public long multiplications(long positions) {
        return multiplications(blueprint, positions);
    }

    /** The same of a model that isn't there yet. */
    public static long multiplications(Blueprint blueprint, long positions) {
        var shape = blueprint.attention();
        long attention = (2L * shape.nHeads() + 2L * shape.nKvHeads()) * shape.dHead();
        long maps = blueprint.mlp() instanceof Blueprint.Mlp.Gated ? 3 : 2;
        return positions
                * blueprint.layers()
                * blueprint.dModel()
                * (attention + maps * blueprint.mlp().dMlp());
    }

    /** Every hook point this model has, in the order of the pass. */
    public List<HookPoint> hookPoints() {
        List<HookPoint> points = new ArrayList<>();
        for (Site site : List.of(Site.EMBED, Site.POS_EMBED)) {
            points.add(HookPoint.of(site));
        }
        for (int l = 0; l < blueprint.layers(); l++) {
            for (Site site : Site.values()) {
                if (site.inBlock()) {
                    points.add(HookPoint.at(site, l));
                }
            }
        }
        points.add(HookPoint.of(Site.LN_FINAL_SCALE));
        points.add(HookPoint.of(Site.LN_FINAL_NORMALIZED));
        points.removeIf(p -> !exists(p));
        return points;
    }

    private boolean exists(HookPoint point) {
        boolean inModel = point.layer() < blueprint.layers();
        return inModel
                && switch (point.site()) {
                    case POS_EMBED -> blueprint.positions() instanceof Positions.Learned;
                    case ROT_Q, ROT_K -> blueprint.rotary(point.layer()).isPresent();
                    case LN1_POST_SCALE, LN1_POST_NORMALIZED, LN2_POST_SCALE, LN2_POST_NORMALIZED ->
                        blueprint.normPlacement() == NormPlacement.BEFORE_AND_AFTER;
                    case MLP_PRE_LINEAR -> blueprint.mlp() instanceof Blueprint.Mlp.Gated;
                    case RESID_MID -> blueprint.flow() == Flow.SEQUENTIAL;
                    default -> true;
                };
    }

    private void requireExisting(Hooks hooks) {
        for (HookPoint point : hooks.points()) {
            if (!exists(point)) {
                throw new InvalidInput("This model has no hook point " + point + "; it has " + blueprint.layers()
                        + " blocks, " + blueprint.positions() + ", " + blueprint.mlp() + ".");
            }
        }
    }

    private void requireReadable(int[][] ids) {
        if (ids.length == 0 || ids[0].length == 0) {
            throw new InvalidInput("The prompt is empty; a model reads at least one token.");
        }
        for (int[] prompt : ids) {
            if (prompt.length != ids[0].length) {
                throw new IllegalArgumentException("prompts of one pass must have equal length");
            }
            if (prompt.length > blueprint.nCtx()) {
                throw new InvalidInput("Prompt has " + prompt.length + " tokens; this model reads at most "
                        + blueprint.nCtx() + ". Shorten it.");
            }
            for (int id : prompt) {
                if (id < 0 || id >= blueprint.dVocab()) {
                    throw new InvalidInput("Token id " + id + " is out of range; this model's ids are 0 to "
                            + (blueprint.dVocab() - 1) + ".");
                }
            }
        }
    }
}
