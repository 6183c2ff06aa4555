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
  readonly neurons?: Readonly<Record<string, NeuronList>> | null;
  readonly rest?: Readonly<Record<string, number>> | null;
  readonly closure: { readonly maxAbsResidual: number; readonly tolerance: number };
}

type NeuronList = readonly Neuron[] | { readonly top: readonly Neuron[]; readonly rest: number };

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

  /** What is left when all lines are taken from the total. */
  residual(example: number | null): number {
    return example === null ? this.examples.reduce((sum, e) => sum + e.residual, 0) / this.examples.length : this.examples[example].residual;
  }

  get meanDifference(): number {
    return this.examples.reduce((sum, example) => sum + example.logitDiff, 0) / this.examples.length;
  }

  get right(): number {
    return this.examples.filter((example) => example.correct).length;
  }

  get closes(): boolean {
    return this.closure.maxAbsResidual <= this.closure.tolerance;
  }

  /** What the votes are on, as the page writes it. */
  get question(): string {
    return this.metric === 'logit' ? 'logit(answer)' : 'logit(answer) − logit(foil)';
  }

  /** A head's vote by source position, mean over the examples; null where it is not known (examples of unequal length). */
  sourcesOf(name: string): readonly number[] | null {
    return this.sources?.values[name] ?? null;
  }

  /** The strongest neurons of an MLP and what all others add; null where it is not known. */
  neuronsOf(name: string): { top: readonly Neuron[]; rest: number } | null {
    const list = this.json.neurons?.[name];
    if (!list) {
      return null;
    }
    if ('top' in list) {
      return list;
    }
    const named = list.reduce((sum, neuron) => sum + neuron.mean, 0);
    return { top: list, rest: this.json.rest?.[name] ?? (this.line(name)?.mean ?? named) - named };
  }
}
