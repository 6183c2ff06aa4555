package dev.unembed.engine.attribution;

import dev.unembed.engine.InvalidInput;
import dev.unembed.engine.tensor.Meter;
import dev.unembed.engine.tensor.Torch;
import dev.unembed.engine.transformer.Blueprint;
import dev.unembed.engine.transformer.Probe;
import dev.unembed.engine.transformer.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Splits the logit difference at the last position of every prompt into votes of the model's components, exactly: the
 * package's documentation has the formulas.
 *
 * <p>One pass per prompt, prompts of equal length together, without unembedding any position but the last. What it costs
 * beside the pass is one product per block, of one direction per prompt with the output map.
 *
 * <p>Stateless but for facts about the model, and safe to use from several threads at once.
 */
public final class DirectLogitAttribution {
    /** Work of one block between two looks at the meter: a second or so, even on one core. */
    private static final long MULTIPLICATIONS_PER_BLOCK = 20_000_000_000L;

    /** 64 MB. */
    private static final long ENTRIES = 1 << 24;

    private final AttributedModel model;
    private final long entries;

    /** @param transformer must outlive this */
    public DirectLogitAttribution(Transformer transformer) {
        this(transformer, ENTRIES);
    }

    /** @param entries of the largest tensor kept or made for a batch; one prompt is attributed whatever it takes */
    DirectLogitAttribution(Transformer transformer, long entries) {
        this.model = new AttributedModel(transformer);
        this.entries = entries;
    }

    /**
     * @param questions at least one
     * @param detail whether heads and MLPs are taken apart too
     * @param meter advanced by {@link #units} in all
     * @throws dev.unembed.engine.InvalidInput if the ids don't fit the model
     */
    public Attribution of(List<Question> questions, boolean detail, Meter meter) {
        questions.forEach(this::requireKnown);
        Torch.prepareThread(Torch.threadsFor(units(questions)));
        boolean alike =
                questions.stream().mapToInt(q -> q.ids().length).distinct().count() == 1;
        int positions = questions.getFirst().ids().length;
        DrillDownSum sum = detail ? new DrillDownSum(model, alike ? positions : 0) : null;
        Ledger[] ledgers = new Ledger[questions.size()];
        for (List<Integer> batch : batches(questions, detail)) {
            EndBatch ends =
                    new EndBatch(model, batch.stream().map(questions::get).toList(), Probe.NOTHING, meter);
            List<Ledger> found = ends.ledgers(sum);
            for (int i = 0; i < found.size(); i++) {
                ledgers[batch.get(i)] = found.get(i);
            }
        }
        return new Attribution(
                model.decomposition(), Arrays.asList(ledgers), sum == null ? null : sum.mean(questions.size()));
    }

    /**
     * The ledgers of a model that is changed while it runs: what the components vote when some of them are ablated.
     *
     * @param questions with prompts of equal length, few enough for one pass
     * @param edits change activations; they see the questions as one batch, in their order
     * @param meter advanced by {@link #units} in all
     */
    public List<Ledger> under(Probe edits, List<Question> questions, Meter meter) {
        questions.forEach(this::requireKnown);
        Torch.prepareThread(Torch.threadsFor(units(questions)));
        return new EndBatch(model, questions, edits, meter).ledgers(null);
    }

    /**
     * Bytes of memory that {@link #of} takes at its peak, beside the model's weights.
     *
     * @param lengths of the prompts, in tokens
     */
    public static long memoryBytes(Blueprint b, int[] lengths, boolean detail) {
        Map<Integer, Long> counts = new TreeMap<>();
        for (int length : lengths) {
            counts.merge(length, 1L, Long::sum);
        }
        boolean sourced = detail && counts.size() == 1;
        long passes = counts.entrySet().stream()
                .mapToLong(each -> EndBatch.memoryBytes(
                        b,
                        Math.min(each.getValue(), batchSize(b, Math.max(1, each.getKey()), detail, ENTRIES)),
                        each.getKey(),
                        detail,
                        sourced))
                .max()
                .orElse(0);
        long heads = (long) b.layers() * b.attention().nHeads();
        long votes = Double.BYTES * (heads + 2L * b.layers() + 5) * lengths.length;
        long insides = detail
                ? Double.BYTES
                        * ((sourced ? heads * lengths[0] : 0)
                                + (long) b.layers() * b.mlp().dMlp())
                : 0;
        return passes + votes + insides;
    }

    /** The same for {@link #under}, without the edits. */
    public static long memoryBytesUnder(Blueprint b, int prompts, int positions) {
        return EndBatch.memoryBytes(b, prompts, positions, false, false);
    }

    public ResidualDecomposition decomposition() {
        return model.decomposition();
    }

    private void requireKnown(Question question) {
        int vocabulary = model.transformer().blueprint().dVocab();
        for (int token : new int[] {question.answer(), question.hasFoil() ? question.foil() : question.answer()}) {
            if (token < 0 || token >= vocabulary) {
                throw new InvalidInput(
                        "Token id " + token + " is out of range; this model's ids are 0 to " + (vocabulary - 1) + ".");
            }
        }
    }

    /** How far a {@link Meter} will be advanced. */
    public long units(List<Question> questions) {
        return questions.stream()
                .mapToLong(q -> EndBatch.units(model, 1, q.ids().length))
                .sum();
    }

    /** Indices of questions that go through the model together: of one length, and not too many. */
    private List<List<Integer>> batches(List<Question> questions, boolean detail) {
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < questions.size(); i++) {
            byLength.computeIfAbsent(questions.get(i).ids().length, x -> new ArrayList<>())
                    .add(i);
        }
        List<List<Integer>> batches = new ArrayList<>();
        byLength.forEach((length, indices) -> {
            int size = batchSize(model.transformer().blueprint(), Math.max(1, length), detail, entries);
            for (int from = 0; from < indices.size(); from += size) {
                batches.add(indices.subList(from, Math.min(indices.size(), from + size)));
            }
        });
        return batches;
    }

    private static int batchSize(Blueprint b, long positions, boolean detail, long entries) {
        long perBlock = Transformer.multiplications(b, positions) / b.layers();
        int heads = b.attention().nHeads();
        int dMlp = b.mlp().dMlp();
        long largest = Math.max(
                Math.max(positions * dMlp, b.dVocab()),
                detail
                        ? Math.max(
                                positions * positions * heads, // one block's patterns
                                (long) b.layers() * Math.max(dMlp, positions * heads))
                        : 0);
        return (int) Math.clamp(Math.min(MULTIPLICATIONS_PER_BLOCK / perBlock, entries / largest), 1, 1 << 16);
    }
}
