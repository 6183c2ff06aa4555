import { cellProbability, cellRank, fixed, percent, rank } from './format';
import type { LensResult } from './lens-result';
import { linearScale, log1pScale, rankScale, sqrtScale, type Transform } from './palette';
import { showToken } from './tokens';

/** What the grid's colour means: values of all cells, their scale, and the words that go with them. */
export interface Metric {
  /** As it stands in an address: final, top, tracked:7042:rank, entropy, kl. */
  readonly key: string;
  readonly label: string;
  /** Definition and unit, for the tooltip. */
  readonly definition: string;
  /** The legend's sentence with its transform. */
  readonly legend: string;
  readonly ticks: readonly { value: number; label: string }[];
  readonly scale: Transform;
  value(row: number, position: number): number;
  format(value: number): string;
  /** As short as a cell needs it. */
  short(value: number): string;
}

/** Everything the switch offers for a result, in its order: final, top, each tracked token twice, entropy, KL. */
export function metricsOf(result: LensResult): Metric[] {
  return [
    finalMetric(result),
    topMetric(result),
    ...result.tracked.flatMap((token, index) => [trackedLogProb(result, token.id, index), trackedRank(result, token.id, index)]),
    entropyMetric(result),
    klMetric(result),
  ];
}

/** The metric of a key, or the default where the result has no such one. */
export function metricOf(result: LensResult, key: string): Metric {
  const all = metricsOf(result);
  return all.find((metric) => metric.key === key) ?? all[0];
}

const PROBABILITY_TICKS = [0, 0.04, 0.25, 0.5, 1].map((value) => ({ value, label: value === 0 ? '0' : `${100 * value} %` }));
const FLOOR = -16;

function finalMetric(result: LensResult): Metric {
  return {
    key: 'final',
    label: 'Final token',
    definition:
      'Probability this layer gives to the token that is on top at the final layer of the same position. 0 to 1, √ scale. The answer is seen forming.',
    legend: 'how much of the final answer is there: its probability, √ scale',
    ticks: PROBABILITY_TICKS,
    scale: sqrtScale,
    value: (row, position) => Math.exp(result.finalLogProb(row, position)),
    format: percent,
    short: cellProbability,
  };
}

function topMetric(result: LensResult): Metric {
  return {
    key: 'top',
    label: 'Top token',
    definition:
      "Probability of this layer's own most likely token, whatever it is. 0 to 1, √ scale. The raw lens of a small model is often sure and wrong in early layers.",
    legend: "how sure this layer is of its own top token: probability, √ scale",
    ticks: PROBABILITY_TICKS,
    scale: sqrtScale,
    value: (row, position) => Math.exp(result.top1LogProb(row, position)),
    format: percent,
    short: cellProbability,
  };
}

function trackedLogProb(result: LensResult, id: number, index: number): Metric {
  const name = showToken(result.text(id));
  return {
    key: `tracked:${id}:logProb`,
    label: `log p of ${name}`,
    definition: `Natural logarithm of the probability this layer gives to ${name} (id ${id}), in nats; 0 is certain. Drawn from ${FLOOR} upwards.`,
    legend: `log-probability of ${name} in nats, ${FLOOR} and below is paper`.replace('-', '−'),
    ticks: [-16, -12, -8, -4, 0].map((value) => ({ value, label: fixed(value, 0) })),
    scale: linearScale(FLOOR, 0),
    value: (row, position) => result.trackedLogProb(index, row, position),
    format: (value) => `${fixed(value)} nats`,
    short: (value) => fixed(value, 1),
  };
}

function trackedRank(result: LensResult, id: number, index: number): Metric {
  const name = showToken(result.text(id));
  const ticks = [1, 10, 100, 1_000, 10_000, 100_000].filter((value) => value < result.vocabulary);
  return {
    key: `tracked:${id}:rank`,
    label: `Rank of ${name}`,
    definition: `Place of ${name} (id ${id}) among all ${result.vocabulary.toLocaleString('en-US')} tokens at this layer; 1 is the most likely. Logarithmic scale.`,
    legend: `rank of ${name}, 1 is deepest, log scale`,
    ticks: ticks.reverse().map((value) => ({ value, label: cellRank(value) })),
    scale: rankScale(result.vocabulary),
    value: (row, position) => result.trackedRank(index, row, position),
    format: (value) => `rank ${rank(value)}`,
    short: cellRank,
  };
}

function entropyMetric(result: LensResult): Metric {
  const max = Math.log(result.vocabulary);
  return {
    key: 'entropy',
    label: 'Entropy',
    definition: `Entropy of this layer's distribution over the vocabulary, in nats: 0 is certain, ${fixed(max)} = ln ${result.vocabulary.toLocaleString('en-US')} is no idea at all. Linear scale.`,
    legend: 'entropy in nats, linear; paper is certain',
    ticks: [0, 2, 4, 6, 8, 10, 12].filter((value) => value <= max).map((value) => ({ value, label: String(value) })),
    scale: linearScale(0, max),
    value: (row, position) => result.entropy(row, position),
    format: (value) => `${fixed(value)} nats`,
    short: (value) => fixed(value, 1),
  };
}

function klMetric(result: LensResult): Metric {
  let max = 1;
  for (let row = 0; row < result.rowCount; row++) {
    for (let position = 0; position < result.positionCount; position++) {
      const value = result.kl(row, position);
      max = Number.isFinite(value) && value > max ? value : max;
    }
  }
  return {
    key: 'kl',
    label: 'KL to final',
    definition:
      'Kullback–Leibler divergence of this layer from the final one, KL(final ‖ layer) = Σ p_final · ln(p_final / p_layer), in nats; 0 where the layer already says what the model says. Scale log(1 + KL).',
    legend: 'KL(final ‖ layer) in nats, log(1 + x) scale; paper agrees with the model',
    ticks: [0, 1, 3, 10, 30, 100].filter((value) => value <= max).map((value) => ({ value, label: String(value) })),
    scale: log1pScale(max),
    value: (row, position) => result.kl(row, position),
    format: (value) => `${fixed(value)} nats`,
    short: (value) => fixed(value, 1),
  };
}
