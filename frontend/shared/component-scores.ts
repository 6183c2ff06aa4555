import { placeOf } from './components';
import { MalformedResult } from './fetch-result';

/** One line of the ledger: what a component adds to the logit difference, over the examples. In logits. */
export interface ScoreLine {
  readonly name: string;
  readonly mean: number;
  /** Standard deviation over the examples. */
  readonly sd: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  /** Share of examples in which it votes for the answer, 0 … 1. */
  readonly helping: number;
  /** One value per example. */
  readonly values: readonly number[];
}

export interface ScoredExample {
  readonly prompt: string;
  readonly answer: string;
  /** Absent where the metric is the answer's logit alone. */
  readonly foil?: string | null;
  readonly template?: string | null;
  readonly tokens: readonly string[];
  readonly logitDiff: number;
  readonly sum: number;
  readonly residual: number;
  readonly correct: boolean;
}

export interface Neuron {
  readonly neuron: number;
  readonly mean: number;
}

interface Json {
  readonly kind: string;
  readonly metric: 'logit-diff' | 'logit';
  readonly layers: number;
  readonly heads: number;
  readonly tolerance: number;
  readonly examples: readonly ScoredExample[];
  readonly components: readonly ScoreLine[];
  readonly sources?: { readonly tokens: readonly string[]; readonly values: Readonly<Record<string, readonly number[]>> } | null;
  readonly neurons?: Readonly<Record<string, readonly Neuron[]>> | null;
  readonly rest?: Readonly<Record<string, number>> | null;
  readonly mlpBias?: Readonly<Record<string, number>> | null;
  /** `tolerance` is what a residual may be, relative to its logit difference but never to less than 1. */
  readonly closure: { readonly maxAbsResidual: number; readonly tolerance: number };
}

/** An MLP's vote taken apart: the strongest neurons, all others together, the output bias. They sum to its line. */
export interface Parts {
  readonly top: readonly Neuron[];
  readonly rest: number;
  readonly bias: number;
}

/** A stored attribution, ready to be looked at: lines by name, totals over the set or of one example. */
export class ComponentScores {
  readonly examples: readonly ScoredExample[];
  readonly lines: readonly ScoreLine[];
  readonly layers: number;
  readonly heads: number;
  readonly metric: Json['metric'];
  readonly closure: Json['closure'];
  readonly sources: Json['sources'];
  /** Components a circuit can be made of: heads and MLPs, those the model has. */
  readonly choosable: ReadonlySet<string>;
  private readonly byName: ReadonlyMap<string, ScoreLine>;

  private constructor(private readonly json: Json) {
    this.examples = json.examples;
    this.lines = json.components;
    this.layers = json.layers;
    this.heads = json.heads;
    this.metric = json.metric;
    this.closure = json.closure;
    this.sources = json.sources;
    this.byName = new Map(json.components.map((line) => [line.name, line]));
    this.choosable = new Set(json.components.filter((line) => placeOf(line.name)).map((line) => line.name));
  }

  /** @throws MalformedResult where the JSON is not an attribution, or its arrays don't fit each other */
  static read(json: unknown): ComponentScores {
    const result = json as Partial<Json> | null;
    if (result?.kind !== 'attribution' || !Array.isArray(result.components) || !Array.isArray(result.examples)) {
      throw new MalformedResult(`an attribution was expected, with examples and components; this is ${JSON.stringify(result?.kind ?? typeof json)}`);
    }
    if (result.examples.length === 0) {
      throw new MalformedResult('it has no examples');
    }
    const odd = result.components.find((line) => line.values?.length !== result.examples!.length);
    if (odd) {
      throw new MalformedResult(`${odd.name} has ${odd.values?.length ?? 'no'} values for ${result.examples.length} examples`);
    }
    return new ComponentScores(result as Json);
  }

  line(name: string): ScoreLine | undefined {
    return this.byName.get(name);
  }

  /** The vote of a line: its mean, or its value in one example. */
  vote(line: ScoreLine, example: number | null): number {
    return example === null ? line.mean : line.values[example];
  }

  /** The logit difference the lines add up to: the mean, or that of one example. */
  total(example: number | null): number {
    return example === null ? this.meanDifference : this.examples[example].logitDiff;
  }

  /** Sum of all lines less the total. */
  residual(example: number | null): number {
    return example === null ? this.examples.reduce((sum, e) => sum + e.residual, 0) / this.examples.length : this.examples[example].residual;
  }

  get meanDifference(): number {
    return this.examples.reduce((sum, example) => sum + example.logitDiff, 0) / this.examples.length;
  }

  get right(): number {
    return this.examples.filter((example) => example.correct).length;
  }

  /** Whether the lines add up to the model's own logit difference on every prompt. */
  get closes(): boolean {
    return this.examples.every((example) => Math.abs(example.residual) <= this.closure.tolerance * Math.max(1, Math.abs(example.logitDiff)));
  }

  /** What the votes are on, as the page writes it. */
  get question(): string {
    return this.metric === 'logit' ? 'logit(answer)' : 'logit(answer) − logit(foil)';
  }

  /** A head's vote by source position, mean over the examples; null where it is not known (examples of unequal length). */
  sourcesOf(name: string): readonly number[] | null {
    return this.sources?.values[name] ?? null;
  }

  /** An MLP's vote by neuron; null where the run was not asked for detail. */
  partsOf(name: string): Parts | null {
    const { neurons, rest, mlpBias } = this.json;
    const top = neurons?.[name];
    return top ? { top, rest: rest?.[name] ?? 0, bias: mlpBias?.[name] ?? 0 } : null;
  }
}
