/** Makes attributions and patchings in the stored JSON form: from the measured reference sets, or made up in any size. */
import { mulberry } from './random';

/** A set of `reference.json`. */
export interface ReferenceSet {
  readonly examples: readonly { clean: string; corrupt: string; answer: string; foil: string }[];
  readonly logitDiff: readonly number[];
  readonly attributionMean: Readonly<Record<string, number>>;
  readonly attributionFirst: Readonly<Record<string, number>>;
  readonly corruptMean: number;
  readonly headPatching: Readonly<Record<string, number>>;
}

/** Means, the first prompt and all logit differences are measured; how the other prompts differ is made up, and closes. */
export function measuredScores(set: ReferenceSet) {
  const random = mulberry(11);
  const n = set.logitDiff.length;
  const names = Object.keys(set.attributionMean);
  const size = names.reduce((sum, name) => sum + Math.abs(set.attributionMean[name]), 0);
  const components = names.map((name) => {
    const mean = set.attributionMean[name];
    const first = set.attributionFirst[name];
    const others = Array.from({ length: n - 1 }, () => (random() + random() - 1) * (0.7 * Math.abs(mean) + 0.015));
    const shift = (n * mean - first - others.reduce((a, b) => a + b, 0)) / (n - 1);
    return { name, values: [first, ...others.map((value) => value + shift)] };
  });
  for (let e = 1; e < n; e++) {
    const gap = set.logitDiff[e] - components.reduce((sum, c) => sum + c.values[e], 0);
    components.forEach((c) => (c.values[e] += (gap * Math.abs(set.attributionMean[c.name])) / size));
  }
  const examples = set.examples.map((e, i) => ({ prompt: e.clean, answer: e.answer, foil: e.foil, tokens: pieces(e.clean), logitDiff: set.logitDiff[i] }));
  return scores(examples, components, 2.1e-6);
}

/** Every shape of model. `metric: 'logit'` has no foil. */
export function syntheticScores(layers: number, heads: number, n = 16, options: { logit?: boolean; residual?: number } = {}) {
  const random = mulberry(layers * 100 + heads);
  const names = ['embed', 'pos_embed', ...Array.from({ length: layers }, (_, l) => [...Array.from({ length: heads }, (_, h) => `L${l}H${h}`), `attn_bias${l}`, `MLP${l}`]).flat(), 'ln_final_bias', 'b_U'];
  const components = names.map((name, i) => {
    const late = i / names.length;
    const mean = (random() - 0.44) * 0.12 + (late > 0.6 && random() > 0.93 ? (random() - 0.3) * 3 : 0);
    return { name, values: Array.from({ length: n }, () => mean + (random() + random() - 1) * (0.05 + Math.abs(mean))) };
  });
  const words = ['When Susan and Jane went to the hospital, Susan gave a computer to', 'Then Alice and Amy had a long argument, and afterwards Amy said to'];
  const examples = Array.from({ length: n }, (_, e) => ({
    prompt: words[e % 2], answer: e % 2 ? ' Alice' : ' Jane', foil: options.logit ? null : e % 2 ? ' Amy' : ' Susan', tokens: pieces(words[e % 2]), logitDiff: components.reduce((sum, c) => sum + c.values[e], 0),
  }));
  return { ...scores(examples, components, options.residual ?? 4e-6), metric: options.logit ? 'logit' : 'logit-diff' };
}

interface PlainExample {
  readonly prompt: string;
  readonly answer: string;
  readonly foil: string | null;
  readonly tokens: readonly string[];
  readonly logitDiff: number;
}

/** The stored form around plain values, figures of the set computed from them. */
export function scores(examples: readonly PlainExample[], components: readonly { name: string; values: readonly number[] }[], residual = 2e-6) {
  const random = mulberry(5);
  const heads = components.filter((c) => /^L\d+H/.test(c.name));
  const mlps = components.filter((c) => c.name.startsWith('MLP'));
  const { tokens } = examples[0];
  const lines = components.map(({ name, values }) => {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const ascending = [...values].sort((a, b) => a - b);
    const at = (q: number) => ascending[Math.round(q * (values.length - 1))];
    return { name, mean, sd: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length), q25: at(0.25), median: at(0.5), q75: at(0.75), helping: values.filter((v) => v > 0).length / values.length, values };
  });
  const meanOf = (name: string) => lines.find((line) => line.name === name)!.mean;
  const spread = (name: string, length: number, sharp: number) => {
    const weights = Array.from({ length }, () => random() ** sharp * (random() > 0.25 ? 1 : -0.4));
    const sum = weights.reduce((a, b) => a + b, 0) || 1;
    return weights.map((w) => (w / sum) * meanOf(name));
  };
  return {
    kind: 'attribution', metric: 'logit-diff', tolerance: 1e-3,
    layers: Math.max(...mlps.map((c) => Number(c.name.slice(3)))) + 1, heads: Math.max(...heads.map((c) => Number(c.name.split('H')[1]))) + 1,
    examples: examples.map((e) => ({ ...e, answerId: 1, foilId: 2, template: 'abb', sum: e.logitDiff - residual, residual, answerLogProb: -0.5, foilLogProb: -0.5 - e.logitDiff, correct: e.logitDiff > 0 })),
    components: lines,
    sources: { tokens, values: Object.fromEntries(heads.map((c) => [c.name, spread(c.name, tokens.length, 6)])) },
    neurons: Object.fromEntries(mlps.map((c) => [c.name, spread(c.name, 20, 3).map((mean, i) => ({ neuron: 37 * i + 5, mean: mean * 0.6 })).sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean))])),
    rest: Object.fromEntries(mlps.map((c) => [c.name, 0.3 * meanOf(c.name)])), mlpBias: Object.fromEntries(mlps.map((c) => [c.name, 0.1 * meanOf(c.name)])),
    closure: { maxAbsResidual: Math.abs(residual), tolerance: 1e-3 }, summary: {},
  };
}

/** Heads patched from the clean run, as measured. */
export function measuredPatching(set: ReferenceSet, direction: 'denoising' | 'noising') {
  const names = Object.keys(set.headPatching).map((name) => name.match(/\d+/g)!.map(Number));
  const layers = Math.max(...names.map(([l]) => l)) + 1;
  const heads = Math.max(...names.map(([, h]) => h)) + 1;
  const clean = set.logitDiff.reduce((a, b) => a + b, 0) / set.logitDiff.length;
  const values = Array.from({ length: layers }, (_, l) => Array.from({ length: heads }, (_, h) => (direction === 'denoising' ? set.headPatching[`L${l}H${h}`] : 1 - set.headPatching[`L${l}H${h}`])));
  return patching(values, 'head', direction, 'all', Array.from({ length: heads }, (_, h) => `H${h}`), clean, set.corruptMean, set.examples.map((e, i) => ({ ...e, prompt: e.clean, clean: set.logitDiff[i] })));
}

/** A residual-stream sweep, made up: the name's position carries it until the end reads it. */
export function syntheticPatching(layers: number, tokens: readonly string[], direction: 'denoising' | 'noising') {
  const random = mulberry(3);
  const subject = Math.floor(tokens.length * 0.7);
  const soft = (x: number) => 1 / (1 + Math.exp(-x));
  const values = Array.from({ length: layers }, (_, l) => tokens.map((_, p) => {
    const moved = soft((l - 0.6 * layers) * (20 / layers));
    const carried = p === subject ? 1 - moved : p === tokens.length - 1 ? moved : p === subject + 1 ? 0.5 * Math.exp(-(((l - 0.5 * layers) / (0.12 * layers)) ** 2)) : 0;
    const value = carried * 0.96 + (random() - 0.5) * 0.06;
    return direction === 'denoising' ? value : 1 - value;
  }));
  const example = { prompt: tokens.join(''), clean: 4.5, corrupt: '', answer: ' Jane', foil: ' Susan' };
  return patching(values, 'resid_pre', direction, 'each', tokens, 4.52, -5.14, [{ ...example, corrupt: tokens.join('').replace('Susan gave', 'Jane gave') }]);
}

function patching(values: readonly (readonly number[])[], site: string, direction: string, positions: string, columns: readonly string[], cleanMean: number, corruptedMean: number, examples: readonly { prompt: string; clean: number; corrupt: string; answer: string; foil: string }[]) {
  return {
    kind: 'patching', site, direction, positions, cleanMean, corruptedMean, layers: values.length, columns, values,
    raw: values.map((row) => row.map((value) => corruptedMean + value * (cleanMean - corruptedMean))),
    examples: examples.map((e) => ({ prompt: e.prompt, corrupted: e.corrupt, answer: e.answer, foil: e.foil, cleanLogitDiff: e.clean, corruptedLogitDiff: corruptedMean })),
    selfCheck: { selfPatchChange: 1.2e-6, tolerance: 1e-4 }, summary: {},
  };
}

export function pieces(text: string): string[] {
  return text.match(/\s?[\p{L}]+|\s?[^\s\p{L}]+/gu) ?? [];
}
