/** The result of a circuit test as its JSON says it, and what the page reads off it. */

export interface Reason {
  readonly test: string;
  readonly passed: boolean;
  readonly sentence: string;
}

export interface NullModel {
  /** Share of random circuits that are farther from the model than the claim; 1 is best. */
  readonly quantile: number;
  readonly pValue: number;
  /** Corrected for the two comparisons. */
  readonly pCorrected: number;
  /** How many other circuits of that kind there are. */
  readonly others: number;
  /** Mean logit difference each random circuit keeps. */
  readonly values: readonly number[];
}

/** One prompt: the model's logit difference, the circuit's with all else ablated, and what is left without the circuit. */
export interface ExampleFigures {
  readonly prompt: string;
  readonly model: number;
  readonly circuit: number;
  readonly knockout: number;
}

export interface ComponentFigures {
  readonly name: string;
  readonly vote: number;
  readonly effect: number;
}

export interface ProtocolLine {
  readonly ablation: string;
  readonly reference: string;
  readonly positions: string;
  readonly template: string;
  readonly averaging: string;
  readonly kept: number;
  readonly left: number;
  readonly holds: boolean;
}

/** The same components K taken out of the circuit and out of the model; a complete circuit loses as much as the model. */
export interface Knockout {
  readonly kind: string;
  readonly components: readonly string[];
  readonly circuit: number;
  readonly model: number;
  readonly gap: number;
}

export interface Minimality {
  readonly name: string;
  readonly effect: number;
  readonly share: number;
  readonly passed: boolean;
  /** What was out already when its effect was largest. */
  readonly given: readonly string[];
}

export interface Repair {
  readonly name: string;
  readonly vote: number;
  readonly effect: number;
  /** What the final norm's scale gives back, in logits. */
  readonly norm: number;
  /** Who changed its direct vote, largest first. */
  readonly stepped: readonly { readonly name: string; readonly change: number; readonly norm: number }[];
}

/** Figures that both the discovery prompts and the held-out ones have. */
export interface SetFigures {
  readonly examples: number;
  readonly model: number;
  readonly share: number;
  readonly kept: number;
  readonly ci95: readonly [number, number] | null;
  readonly left: number;
}

export interface Verdict {
  readonly label: string;
  readonly sentence: string;
  readonly reasons: readonly Reason[];
  readonly accounting: { readonly total: number; readonly claimed: number; readonly share: number; readonly positive: number; readonly negative: number; readonly residual: number };
  readonly sufficiency: { readonly model: number; readonly circuit: number; readonly empty: number; readonly kept: number; readonly meanOfRatios: number; readonly normalised: number; readonly ci95: readonly [number, number] | null };
  readonly necessity: { readonly knockout: number; readonly left: number; readonly ci95: readonly [number, number] | null };
  readonly undefinedExamples: number;
  readonly minDifference: number;
  readonly examples: readonly ExampleFigures[];
  readonly components: readonly ComponentFigures[];
  readonly nulls: readonly { readonly key: 'layers' | 'anywhere'; readonly model: NullModel }[];
  readonly knockouts: readonly Knockout[];
  readonly minimality: readonly Minimality[];
  readonly repairs: readonly Repair[];
  readonly protocols: readonly ProtocolLine[];
  readonly heldOut: SetFigures | null;
  readonly thresholds: Readonly<Record<string, number>>;
  /** The whole protocol, as declared. */
  readonly declared: Readonly<Record<string, unknown>>;
}

type Json = Record<string, unknown>;

const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number => (typeof value === 'number' ? value : NaN);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const interval = (value: unknown): readonly [number, number] | null => (Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === 'number') ? [value[0] as number, value[1] as number] : null);

/** Reads the JSON of a circuit test; what is absent comes out empty or NaN, which the page leaves out or shows as –. */
export function readVerdict(json: unknown): Verdict {
  const root = object(json);
  const verdict = object(root['verdict']);
  const accounting = object(root['accounting']);
  const sufficiency = object(root['sufficiency']);
  const necessity = object(root['necessity']);
  const declared = object(root['protocol']);
  const minDifference = number(declared['minDifference']);
  const examples = list(root['examples']).map(object).map((line) => ({ prompt: text(line['prompt']), model: number(line['model']), circuit: number(line['circuit']), knockout: number(line['knockout']) }));
  return {
    label: text(verdict['label']) || 'inconclusive',
    sentence: text(verdict['sentence']),
    reasons: list(verdict['reasons']).map(object).map((reason) => ({ test: text(reason['test']), passed: reason['passed'] === true, sentence: text(reason['sentence']) })),
    accounting: {
      total: number(accounting['total']), claimed: number(accounting['claimed']), share: number(accounting['share']), residual: number(accounting['residual']),
      positive: covered(accounting['positiveCovered'], accounting['positiveTotal']), negative: covered(accounting['negativeCovered'], accounting['negativeTotal']),
    },
    sufficiency: {
      model: number(sufficiency['model']), circuit: number(sufficiency['circuit']), empty: number(sufficiency['empty']), kept: number(sufficiency['ratioOfMeans']),
      meanOfRatios: number(sufficiency['meanOfRatios']), normalised: number(sufficiency['normalised']), ci95: interval(sufficiency['ci95']),
    },
    necessity: { knockout: number(necessity['knockout']), left: number(necessity['ratioOfMeans']), ci95: interval(necessity['ci95']) },
    undefinedExamples: examples.filter((example) => isUndefined(example, minDifference)).length,
    minDifference,
    examples,
    components: list(root['components']).map(object).map((line) => ({ name: text(line['name']), vote: number(line['vote']), effect: number(line['effect']) })),
    nulls: readNulls(object(root['nullModel'])),
    knockouts: list(object(root['completeness'])['knockouts']).map(object).map((line) => ({
      kind: text(line['kind']), components: list(line['components']).map(text), circuit: number(line['circuit']), model: number(line['model']), gap: number(line['gap']),
    })),
    minimality: list(root['minimality']).map(object).map((line) => ({ name: text(line['name']), effect: number(line['effect']), share: number(line['share']), passed: line['passed'] === true, given: list(line['given']).map(text) })),
    repairs: list(root['selfRepair']).map(object).map((line) => ({
      name: text(line['name']), vote: number(line['vote']), effect: number(line['effect']), norm: number(line['norm']),
      stepped: list(line['steppedIn']).map(object).map((who) => ({ name: text(who['name']), change: number(who['change']), norm: number(who['norm']) })),
    })),
    protocols: list(root['protocols']).map(object).map((line) => ({
      ablation: text(line['ablation']), reference: text(line['reference']), positions: text(line['positions']), template: text(line['template']), averaging: text(line['averaging']),
      kept: number(line['kept']), left: number(line['left']), holds: line['holds'] === true,
    })),
    heldOut: readHeldOut(object(root['heldOut'])),
    thresholds: Object.fromEntries(Object.entries(object(declared['thresholds'])).filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
    declared,
  };
}

/** A share of votes, where there are any. */
function covered(some: unknown, all: unknown): number {
  return number(all) === 0 ? 1 : number(some) / number(all);
}

/** A prompt whose own difference is too small for a ratio: counted, not exploded. */
export function isUndefined(example: ExampleFigures, minDifference: number): boolean {
  return Number.isFinite(minDifference) && Math.abs(example.model) < minDifference;
}

function readNulls(json: Json): Verdict['nulls'] {
  const read = (from: Json): NullModel => ({
    quantile: number(from['quantile']), pValue: number(from['pValue']), pCorrected: number(from['pCorrected']), others: number(from['others']),
    values: list(from['values']).filter((value): value is number => typeof value === 'number'),
  });
  const named = [{ key: 'layers', model: read(object(json['sameLayers'])) }, { key: 'anywhere', model: read(object(json['anywhere'])) }] as const;
  return named.filter(({ model }) => model.values.length > 0);
}

function readHeldOut(from: Json): SetFigures | null {
  const sufficiency = object(from['sufficiency']);
  return Object.keys(sufficiency).length === 0
    ? null
    : {
        examples: list(sufficiency['perExample']).length, model: number(sufficiency['model']), share: number(object(from['accounting'])['share']), kept: number(sufficiency['ratioOfMeans']),
        ci95: interval(sufficiency['ci95']), left: number(object(from['necessity'])['ratioOfMeans']),
      };
}

/** The discovery prompts' figures in the form of the held-out ones. */
export function discovery(verdict: Verdict): SetFigures {
  return { examples: verdict.examples.length, model: verdict.sufficiency.model, share: verdict.accounting.share, kept: verdict.sufficiency.kept, ci95: verdict.sufficiency.ci95, left: verdict.necessity.left };
}
