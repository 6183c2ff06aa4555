/**
 * A circuit test as the server would answer it: eight heads on SmolLM2's IOI prompts. Votes, effects (of zeroing one head), what each
 * prompt keeps and the random circuits of the same layers are measured; what those measurements don't have (intervals, random circuits
 * from anywhere, knock-outs, other protocols, held-out prompts, self-repair) is made up to be drawn.
 */

const HEADS = ["L23H0", "L23H1", "L23H2", "L23H3", "L23H7", "L24H4", "L29H0", "L29H1"];
const VOTES = [0.78, 0.301, 0.447, 2.195, 0.224, -0.746, -0.871, 1.199];
const EFFECTS = [-0.017, -0.464, -0.151, 2.547, -0.035, -0.47, -0.926, 1.239];
const MODEL = [5.365, 2.7, 3.064, 8.109, 5.254, 3.967, 6.713, 1.3, 5.704, 2.023, 3.369, 4.578, 4.682, 5.716, 4.045, 5.792];
const CIRCUIT = [3.797, 1.562, 2.896, 4.546, 5.077, 4.687, 5.648, 1.094, 3.644, 2.286, 3.431, 2.456, 3.101, 2.79, 2.471, 4.532];
const RANDOM = [2.34, 2.815, -0.57, 0.388, 3.46, 3.839, -1.056, -1.747, 3.436, 3.284, -1.091, 3.646, 2.332, 2.69, -0.883, -0.912, 2.695, 0.542, 4.082, 0.692, 0.836, 3.202, 2.089, 3.539, -1.077, 3.941, -1.103, 3.138, 2.21, 4.47, -1.096, -1.005, 2.923, 2.277, 2.693, -1.29, -1.025, -1.216, 2.176, -1.118, 2.633, 0.772, 2.173, -1.688, -0.849, -0.882, -0.775, -1.156, -1.197, 2.783, 3.537, 3.595, 2.221, -1.298, 4.078, 2.982, 2.696, 2.409, 3.689, 3.157];
const PROMPTS = [
  "When Susan and Jane went to the hospital, Susan gave a computer to",
  "When Alice and Amy went to the hospital, Amy gave a ring to",
  "When Mark and Dan went to the store, Mark gave a letter to",
  "When Lisa and Thomas went to the school, Lisa gave a book to",
  "When Tom and John went to the office, Tom gave a book to",
  "When Anna and Susan went to the office, Anna gave a bone to",
  "When Laura and Mary went to the park, Laura gave a computer to",
  "When Michael and George went to the park, George gave a ball to",
  "When Sarah and Peter went to the store, Sarah gave a drink to",
  "When James and David went to the station, David gave a letter to",
  "When Mary and Jane went to the store, Jane gave a bone to",
  "When Helen and John went to the restaurant, John gave a letter to",
  "When Alice and Lisa went to the station, Lisa gave a gift to",
  "When Anna and Mary went to the park, Mary gave a ring to",
  "When James and Mary went to the hospital, Mary gave a computer to",
  "When George and Amy went to the office, Amy gave a ring to"
];

const without = (model: number, i: number) => Math.round(1000 * (0.05 * model + 0.4 * Math.sin(i * 2.3))) / 1000;

export function verdictJson() {
  const total = 4.524;
  const minimality = [0.06, -0.31, 0.04, 2.81, 0.12, -0.22, -0.64, 1.02];
  return {
    kind: 'circuit-test',
    verdict: {
      label: 'protocol-dependent',
      sentence: 'These 8 of 270 heads account for 78 % of the logit difference and keep 75 % [66, 83] of it when every other head is mean-ablated; without them 5 % is left. But 12 of 60 random circuits from the same layers come as close to the model: the layers are right, the choice of heads is not yet shown.',
      reasons: [
        { test: 'sufficiency', passed: true, sentence: 'Keeps 75 % [66, 83] of the logit difference; at least 70 % was required.' },
        { test: 'necessity', passed: true, sentence: '5 % is left without it; at most 30 % was allowed.' },
        { test: 'completeness', passed: true, sentence: 'Circuit and model differ by at most 0.94 under the same knock-outs, 21 % of the model; at most 30 % was allowed.' },
        { test: 'minimality', passed: false, sentence: 'L23H2 changes the difference by 0.9 % given the rest; at least 1 % was required of each.' },
        { test: 'null', passed: true, sentence: '0 of 60 random circuits drawn anywhere come as close to the model (p 0.016, corrected 0.033).' },
        { test: 'null-same-layers', passed: false, sentence: '12 of 60 random circuits from the same layers come as close to the model (p 0.213, corrected 0.213).' },
        { test: 'held-out', passed: true, sentence: 'Keeps 71 % on 16 prompts generated after the freeze.' },
        { test: 'protocols', passed: false, sentence: 'Holds under 8 of 12 protocols.' },
      ],
    },
    protocol: {
      granularity: 'heads', universe: 'heads', universeSize: 270, ablation: 'mean', reference: 'set', positions: 'all', positionNames: ['END'], direction: 'ablation', metric: 'logit-diff', examples: 16, promptSet: 'prompt set 7, version 3', bos: 'default',
      circuit: HEADS, classes: { 'name mover': ['L23H3', 'L29H1'], negative: ['L24H4', 'L29H0'] }, randomCircuits: 60, minDifference: 1.5,
      thresholds: { sufficiency: 0.7, necessity: 0.3, pValue: 0.05, completeness: 0.3, minimality: 0.01 }, heldOut: 16, seed: 3,
    },
    accounting: { total, claimed: 3.529, share: 0.78, positiveCovered: 5.146, positiveTotal: 8.14, negativeCovered: -1.617, negativeTotal: -3.617, residual: 2e-6 },
    sufficiency: {
      model: total, circuit: 3.376, empty: 0.304, ratioOfMeans: 0.746, meanOfRatios: 0.781, normalised: 0.728, ci95: [0.661, 0.832],
      perExample: CIRCUIT, undefined: 1,
    },
    necessity: { knockout: 0.23, ratioOfMeans: 0.051, ci95: [-0.061, 0.148], perExample: MODEL.map(without) },
    examples: PROMPTS.map((prompt, i) => ({ prompt, answer: '', foil: '', model: MODEL[i], circuit: CIRCUIT[i], knockout: without(MODEL[i], i) })),
    components: HEADS.map((name, i) => ({ name, vote: VOTES[i], effect: EFFECTS[i] })),
    nullModel: {
      sameLayers: { quantile: 0.8, pValue: 0.213, pCorrected: 0.213, asClose: 12, others: 8e6, values: RANDOM },
      anywhere: { quantile: 1, pValue: 0.016, pCorrected: 0.033, asClose: 0, others: 6e14, values: RANDOM.map((_, i) => Math.round(1000 * (0.31 + 0.9 * Math.sin(i * 12.9) * Math.cos(i * 4.1))) / 1000) },
    },
    completeness: {
      knockouts: [
        { kind: 'class name mover', components: ['L23H3', 'L29H1'], circuit: -0.62, model: 0.21, gap: 0.83 },
        { kind: 'class negative', components: ['L24H4', 'L29H0'], circuit: 5.02, model: 5.61, gap: 0.59 },
        { kind: 'greedy', components: ['L23H3', 'L23H0', 'L29H1'], circuit: -1.08, model: -0.14, gap: 0.94 },
        { kind: 'random', components: ['L23H1', 'L29H0'], circuit: 4.21, model: 4.94, gap: 0.73 },
        { kind: 'random', components: ['L23H2', 'L23H7', 'L24H4'], circuit: 3.52, model: 4.27, gap: 0.75 },
      ],
    },
    minimality: HEADS.map((name, i) => ({ name, effect: minimality[i], share: Math.round((1000 * minimality[i]) / total) / 1000, passed: Math.abs(minimality[i]) >= 0.045, given: i === 2 ? ['L23H3'] : [] })),
    selfRepair: [
      { name: 'L23H3', vote: VOTES[3], effect: EFFECTS[3], norm: -0.08, steppedIn: [{ name: 'L29H1', change: 0.21, norm: 0.02 }, { name: 'L24H4', change: 0.14, norm: 0.01 }, { name: 'L29H0', change: -0.12, norm: 0 }] },
      { name: 'L23H0', vote: VOTES[0], effect: EFFECTS[0], norm: 0.05, steppedIn: [{ name: 'L29H1', change: 0.33, norm: 0.03 }, { name: 'L29H0', change: 0.27, norm: 0 }] },
      { name: 'L29H1', vote: VOTES[7], effect: EFFECTS[7], norm: 0.02, steppedIn: [] },
    ],
    protocols: [
      { ablation: 'mean', reference: 'set', positions: 'all', template: '', averaging: '', kept: 0.746, left: 0.051, holds: true },
      { ablation: 'mean', reference: 'counterparts', positions: 'all', template: '', averaging: '', kept: 0.812, left: 0.083, holds: true },
      { ablation: 'zero', reference: '', positions: 'all', template: '', averaging: '', kept: 0.31, left: 0.212, holds: false },
      { ablation: 'resample', reference: 'corrupted', positions: 'all', template: '', averaging: '', kept: 0.703, left: -0.118, holds: true },
      { ablation: 'mean', reference: 'set', positions: 'named', template: '', averaging: '', kept: 0.868, left: 0.144, holds: true },
      { ablation: 'zero', reference: '', positions: 'named', template: '', averaging: '', kept: 0.522, left: 0.303, holds: false },
    ],
    heldOut: {
      accounting: { share: 0.742 },
      sufficiency: { model: 4.19, ratioOfMeans: 0.712, ci95: [0.617, 0.804], perExample: PROMPTS.map(() => 2.98) },
      necessity: { knockout: 0.34, ratioOfMeans: 0.081 },
    },
  };
}
