package dev.unembed.engine.circuit;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Circuits of the claim's size drawn at random: what a claim must beat. None is the claim itself and none is drawn twice;
 * where there are no more than asked for, all are taken.
 */
public final class NullModel {
    private final Universe universe;
    private final Circuit claim;

    /** From where random circuits are drawn. */
    public enum Draw {
        /** Any nodes of the universe. */
        ANYWHERE,
        /** As many nodes in every layer, and of every kind, as the claim has there. */
        SAME_LAYERS
    }

    public NullModel(Universe universe, Circuit claim) {
        this.universe = universe;
        this.claim = claim;
    }

    /** How many other circuits there are; not more than a billion are counted. */
    public long others(Draw draw) {
        BigInteger count = BigInteger.ONE;
        for (Pool pool : pools(draw)) {
            count = count.multiply(choose(pool.from().size(), pool.count()));
        }
        return count.subtract(BigInteger.ONE)
                .min(BigInteger.valueOf(1_000_000_000L))
                .longValue();
    }

    /** @return at most {@code count} circuits, as nodes */
    public List<List<CircuitNode>> draw(Draw draw, int count, long seed) {
        List<Pool> pools = pools(draw);
        Set<Set<CircuitNode>> drawn = new LinkedHashSet<>();
        Set<CircuitNode> own = Set.copyOf(claim.nodes());
        long wanted = Math.min(count, others(draw));
        Random random = new Random(seed * 31 + draw.ordinal());
        if (others(draw) <= 4L * count) {
            List<Set<CircuitNode>> all = new ArrayList<>(everyOne(pools));
            all.remove(own);
            Collections.shuffle(all, random);
            drawn.addAll(all.subList(0, (int) Math.min(wanted, all.size())));
        }
        while (drawn.size() < wanted) {
            Set<CircuitNode> one = new LinkedHashSet<>();
            for (Pool pool : pools) {
                List<CircuitNode> from = new ArrayList<>(pool.from());
                Collections.shuffle(from, random);
                one.addAll(from.subList(0, pool.count()));
            }
            if (!one.equals(own)) {
                drawn.add(one);
            }
        }
        return drawn.stream().map(List::copyOf).toList();
    }

    /** @param count of nodes to take @param from these */
    private record Pool(int count, List<CircuitNode> from) {}

    private List<Pool> pools(Draw draw) {
        List<CircuitNode> all = candidates();
        if (draw == Draw.ANYWHERE) {
            return List.of(new Pool(claim.nodes().size(), all));
        }
        Map<String, List<CircuitNode>> ofClaim =
                new TreeMap<>(claim.nodes().stream().collect(Collectors.groupingBy(NullModel::kind)));
        Map<String, List<CircuitNode>> ofAll = all.stream().collect(Collectors.groupingBy(NullModel::kind));
        return ofClaim.entrySet().stream()
                .map(each -> new Pool(each.getValue().size(), ofAll.getOrDefault(each.getKey(), each.getValue())))
                .toList();
    }

    /** Layer, whether head or MLP, and the position: what a stand-in must share. */
    private static String kind(CircuitNode node) {
        return String.format("%04d ", node.layer())
                + node.component().getClass().getSimpleName()
                + (node.position() == null ? "" : "@" + node.position());
    }

    /** Nodes as the claim writes them: with the positions that occur there. */
    private List<CircuitNode> candidates() {
        Set<CircuitNode> nodes = new LinkedHashSet<>();
        for (CircuitNode node : universe.nodes()) {
            if (claim.nodes().stream().anyMatch(own -> own.position() == null)) {
                nodes.add(CircuitNode.of(node.component()));
            }
            for (String position : claim.positions()) {
                nodes.add(new CircuitNode(node.component(), position));
            }
        }
        return List.copyOf(nodes);
    }

    private static BigInteger choose(int n, int k) {
        BigInteger count = BigInteger.ONE;
        for (int i = 0; i < k; i++) {
            count = count.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1L));
        }
        return count;
    }

    private static List<Set<CircuitNode>> everyOne(List<Pool> pools) {
        List<Set<CircuitNode>> all = List.of(Set.of());
        for (Pool pool : pools) {
            List<Set<CircuitNode>> longer = new ArrayList<>();
            for (Set<CircuitNode> start : all) {
                for (Set<CircuitNode> choice : choices(pool.from(), pool.count(), 0)) {
                    Set<CircuitNode> both = new LinkedHashSet<>(start);
                    both.addAll(choice);
                    longer.add(both);
                }
            }
            all = longer;
        }
        return all;
    }

    private static List<Set<CircuitNode>> choices(List<CircuitNode> from, int count, int first) {
        if (count == 0) {
            return List.of(Set.of());
        }
        List<Set<CircuitNode>> choices = new ArrayList<>();
        for (int i = first; i <= from.size() - count; i++) {
            for (Set<CircuitNode> rest : choices(from, count - 1, i + 1)) {
                Set<CircuitNode> choice = new LinkedHashSet<>();
                choice.add(from.get(i));
                choice.addAll(rest);
                choices.add(choice);
            }
        }
        return choices;
    }
}
