import { MalformedResult } from './fetch-result';
import { showToken } from './tokens';

export interface PatchedExample {
  readonly prompt: string;
  readonly corrupted: string;
  readonly answer: string;
  readonly foil: string;
  readonly cleanLogitDiff: number;
  readonly corruptedLogitDiff: number;
}

export type Site = 'resid_pre' | 'attn_out' | 'mlp_out' | 'head';

export interface SelfCheck {
  readonly selfPatchChange: number;
  readonly tolerance: number;
}

interface Json {
  readonly kind: string;
  readonly site: Site;
  readonly direction: 'denoising' | 'noising';
  readonly positions: string;
  readonly cleanMean: number;
  readonly corruptedMean: number;
  readonly layers: number;
  readonly columns: readonly string[];
  readonly values: readonly (readonly number[])[];
  readonly raw: readonly (readonly number[])[];
  readonly examples: readonly PatchedExample[];
  readonly selfCheck?: SelfCheck | null;
}

/** A stored patching sweep: values[layer][column], 0 = as corrupted, 1 = as clean, whatever the direction. */
export class ScoreGridResult {
  private constructor(private readonly json: Json) {}

  /** @throws MalformedResult where the JSON is no patching, or its arrays don't fit each other */
  static read(json: unknown): ScoreGridResult {
    const result = json as Partial<Json> | null;
    if (result?.kind !== 'patching' || !Array.isArray(result.values) || !Array.isArray(result.columns)) {
      throw new MalformedResult(`a patching was expected, with values and columns; this is ${JSON.stringify(result?.kind ?? typeof json)}`);
    }
    const odd = [result.values, result.raw ?? []].some((rows) => rows.length !== result.layers || rows.some((row) => row.length !== result.columns!.length));
    if (odd) {
      throw new MalformedResult(`its values don’t fit ${result.layers} layers of ${result.columns.length} columns`);
    }
    return new ScoreGridResult(result as Json);
  }

  get layers(): number {
    return this.json.layers;
  }

  get columns(): readonly string[] {
    return this.json.columns;
  }

  get site(): Site {
    return this.json.site;
  }

  get noising(): boolean {
    return this.json.direction === 'noising';
  }

  get cleanMean(): number {
    return this.json.cleanMean;
  }

  get corruptedMean(): number {
    return this.json.corruptedMean;
  }

  get examples(): readonly PatchedExample[] {
    return this.json.examples ?? [];
  }

  /** Every position in a column of its own, the columns' texts being tokens. */
  get byPosition(): boolean {
    return this.site !== 'head' && this.json.positions === 'each';
  }

  /** Where was patched when columns aren't positions: "all positions", "END". */
  get positions(): string {
    return this.json.positions === 'all' ? 'all positions' : this.json.positions;
  }

  value(layer: number, column: number): number {
    return this.json.values[layer][column];
  }

  /** Mean logit difference of the patched runs. */
  raw(layer: number, column: number): number {
    return this.json.raw[layer][column];
  }

  /** How much the patch does: what denoising brings back, or noising takes away. 0 is nothing, 1 all of it. */
  effect(layer: number, column: number): number {
    const value = this.value(layer, column);
    return this.noising ? 1 - value : value;
  }

  columnName(column: number): string {
    return this.site === 'head' ? this.columns[column] : showToken(this.columns[column]);
  }

  /** A cell in short: L23H3, or "MLP 12 at ·to (13)". */
  name(layer: number, column: number): string {
    if (this.site === 'head') {
      return `L${layer}${this.columns[column]}`;
    }
    const what = { resid_pre: 'layer', attn_out: 'attention', mlp_out: 'MLP' }[this.site];
    return this.byPosition ? `${what} ${layer} at ${this.columnName(column)} (${column})` : `${what} ${layer}`;
  }

  /** How far a logit difference moved when a run was patched with itself, and how far it may; null where that wasn't checked. */
  get check(): SelfCheck | null {
    return this.json.selfCheck ?? null;
  }
}
