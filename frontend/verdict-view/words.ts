/** A verdict's words: labels, definitions, and the protocol in a line. */

import { fixed } from '../shared/format';
import type { Verdict } from './verdict';

/** A share as whole percent, 75 %; between −1 and 1 % with one digit. */
export function share(value: number): string {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const hundred = 100 * value;
  return `${fixed(hundred, Math.abs(hundred) < 1 && hundred !== 0 ? 1 : 0)} %`;
}

export function interval(ci: readonly [number, number] | null): string {
  return ci ? `[${fixed(100 * ci[0], 0)}, ${fixed(100 * ci[1], 0)}] %` : '';
}

export function signed(value: number): string {
  return value >= 0.005 ? `+${fixed(value)}` : fixed(value);
}

/** p as it is printed: 0.21, 0.003, <0.001. */
export function pValue(p: number): string {
  return !Number.isFinite(p) ? '–' : p < 0.001 ? '<0.001' : p < 0.01 ? p.toFixed(3) : p.toFixed(2);
}

/** Which colour a label has: green only for a check that ran and held. */
export function meaning(label: string): string {
  return label === 'supported' ? 'good' : label === 'refuted' ? 'bad' : label === 'protocol-dependent' ? 'warn' : '';
}

export const NULLS = { layers: 'same layers', anywhere: 'anywhere' } as const;

export const DEFINITIONS = {
  accounting: 'The circuit’s direct votes as a share of all votes: how much of the logit difference its components write themselves. A sum of attributions is not a causal test.',
  sufficiency: 'Everything else is ablated: the mean logit difference the circuit keeps, divided by the model’s. In brackets the bootstrap 95 % interval over prompts.',
  necessity: 'The circuit is ablated: the share of the mean logit difference that is lost.',
  chance: 'Random circuits of the same size, ranked by how far they are from the model, |F(model) − F(circuit)|. Keeping more isn’t closer: leaving out heads that vote against lifts F.',
  vote: 'Direct vote: what the component itself writes in the direction answer − foil, averaged over the prompts, in logits.',
  effect: 'Causal effect: how much the mean logit difference falls when only this component is ablated, in logits.',
  gap: 'Effect − vote. Negative where others make up for the loss (self-repair), positive where it acts through later components.',
  kept: 'Share of the model’s logit difference that is kept with everything else ablated.',
  left: 'Share of the model’s logit difference that is left with the circuit ablated.',
  completeness: 'The same components K are taken out of the circuit and out of the model. A complete circuit loses what the model loses; a large gap means that something outside takes over K’s work.',
  minimality: 'How much the circuit loses when this component is ablated too, given the rest of the circuit, as a share of the model’s logit difference. Near zero: it isn’t needed.',
  repair: 'After one component is ablated: whose direct vote changed, and what the final norm’s scale gave back. What steps in hides the component from single ablations.',
  heldOut: 'Prompts the system generated after the version was frozen; nobody had seen them when the circuit was chosen.',
  quantile: 'Share of random circuits that are farther from the model than the claim.',
  p: 'Share of random circuits as close as the claim, the claim counted among them. In brackets corrected for the two comparisons (Holm).',
} as const;

const ABLATIONS: Record<string, string> = { zero: 'zeroed', mean: 'mean-ablated', resample: 'resampled' };

/** "mean-ablated over the set". */
export function ablationInWords(declared: Readonly<Record<string, unknown>>): string {
  const ablation = String(declared['ablation'] ?? '');
  const reference = declared['reference'];
  const of = ablation === 'mean' ? (reference === 'counterparts' ? ' over the counterparts' : ' over the set') : '';
  return (ABLATIONS[ablation] ?? ablation) + of;
}

/** A check as it is called on the page. */
export function testName(test: string): string {
  return TESTS[test] ?? test;
}

const TESTS: Record<string, string> = { model: 'the model decides', null: 'against chance', 'null-same-layers': 'against the same layers' };

/** The protocol in a line, quiet under the sentence. */
export function protocolLine(verdict: Verdict): string[] {
  const { declared } = verdict;
  const members = declared['universe'] === 'heads' ? 'heads' : 'heads and MLPs';
  const size = Array.isArray(declared['circuit']) && typeof declared['universeSize'] === 'number' ? `${declared['circuit'].length} of ${declared['universeSize']} ` : '';
  return [
    size + members,
    ablationInWords(declared),
    declared['positions'] === 'named' ? 'named positions' : 'all positions',
    'logit difference',
    `${verdict.examples.length} prompts`,
    declared['seed'] === undefined ? '' : `seed ${String(declared['seed'])}`,
  ].filter((part) => part !== '');
}

const NAMES: Record<string, string> = {
  granularity: 'granularity', universe: 'universe', universeSize: 'size of the universe', positionNames: 'named positions', ablation: 'ablation value', reference: 'reference', positions: 'positions', direction: 'direction', metric: 'metric', prompts: 'prompts',
  examples: 'prompts', promptSet: 'prompt set', bos: 'BOS token', circuit: 'circuit', classes: 'classes', randomCircuits: 'random circuits', minDifference: 'smallest difference counted', thresholds: 'thresholds', heldOut: 'held-out prompts', sweep: 'protocol sweep', seed: 'seed',
};

/** The whole declaration as name and value, in the order of the result. */
export function declaration(verdict: Verdict): [string, string][] {
  return Object.entries(verdict.declared)
    .filter(([, value]) => value !== null && value !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0))
    .map(([key, value]) => [NAMES[key] ?? key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase(), valueInWords(value)]);
}

function valueInWords(value: unknown): string {
  if (Array.isArray(value)) {
    return value.every((entry) => typeof entry !== 'object') ? value.join(', ') : String(value.length);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, inner]) => `${key}: ${Array.isArray(inner) ? inner.join(', ') : String(inner)}`)
      .join(' · ');
  }
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
