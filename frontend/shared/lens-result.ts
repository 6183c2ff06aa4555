import { MalformedSafetensors, readSafetensors, type Safetensors } from './safetensors';

/** One token: the model's id and its text. */
export interface Token {
  readonly id: number;
  readonly text: string;
}

/** A maximal run of layers at which another token than the final one was on top. */
export interface Overwritten extends Token {
  readonly from: number;
  readonly to: number;
}

/** What happened at one position, in whole lens layers. */
export interface PositionSummary {
  readonly position: number;
  readonly final: Token & { readonly logProb: number };
  /** First layer at which the final token's rank is at most 1, 5, 10; the last layer at the latest. */
  readonly firstTop1: number;
  readonly firstTop5: number;
  readonly firstTop10: number;
  /** First layer from which the final token is on top to the end. */
  readonly crystallised: number;
  readonly overwritten: readonly Overwritten[];
}

interface Header {
  kind: string;
  lens: string;
  layerCount: number;
  vocabulary: number;
  hooks: string[];
  tokens: Token[];
  bosPrepended: boolean;
  texts: Record<string, string>;
  tracked: Token[];
  topK: number;
  summary?: { positions?: PositionSummary[] };
  selfCheck?: { maxAbsLogitDiff: number; tolerance: number };
  precision?: string;
  deviation?: Deviation;
}

/** How far products in bf16 moved the numbers of one position from those in fp32: the largest differences there. */
export interface Deviation {
  readonly position: number;
  readonly logProbNats: number;
  readonly entropyNats: number;
  readonly klNats: number;
  /** Rows with another token on top. */
  readonly otherTop: number;
}

export interface TopEntry extends Token {
  readonly logProb: number;
}

/**
 * A lens grid as the server stores it (`unembed/lens-grid/1`), with checked shapes.
 *
 * Rows are bottom-up: row 0 is the embedding, the last row the final stream. With sublayers there are rows at l + 0.5.
 * Arrays are row-major; read them through the accessors.
 */
export class LensResult {
  readonly layerCount: number;
  readonly vocabulary: number;
  readonly lens: string;
  readonly hooks: readonly string[];
  readonly tokens: readonly Token[];
  readonly bosPrepended: boolean;
  readonly tracked: readonly Token[];
  readonly selfCheck: { readonly maxAbsLogitDiff: number; readonly tolerance: number } | undefined;
  /** Only where the products with the unembedding were rounded. */
  readonly deviation: Deviation | undefined;
  /** Lens layer of each row. */
  readonly layers: Float32Array;
  readonly rowCount: number;
  readonly positionCount: number;
  readonly topK: number;
  /** Rows of whole layers, bottom-up. */
  readonly wholeRows: readonly number[];
  readonly hasSublayers: boolean;
  private readonly topIds: Int32Array;
  private readonly topLogProbs: Float32Array;
  private readonly entropies: Float32Array;
  private readonly kls: Float32Array;
  private readonly finalLogProbs: Float32Array;
  private readonly finalRanks: Int32Array;
  private readonly trackedLogProbs: Float32Array;
  private readonly trackedRanks: Int32Array;
  private readonly texts: Map<number, string>;
  private readonly summaries = new Map<number, PositionSummary>();

  constructor(file: Safetensors) {
    if (file.metadata['format'] !== 'unembed/lens-grid/1') {
      throw new MalformedSafetensors(`the result has format ${file.metadata['format'] ?? 'none'}, expected unembed/lens-grid/1`);
    }
    const header = parseHeader(file.metadata['header']);
    this.layers = floats(file, 'layers', 1);
    const rows = (this.rowCount = this.layers.length);
    const positions = (this.positionCount = ints(file, 'tokenIds', 1).length);
    const tracked = ints(file, 'trackedIds', 1, undefined, true).length;
    const topShape = file.tensors.get('topIds')?.shape ?? [];
    this.topK = topShape[2] ?? 0;
    this.topIds = ints(file, 'topIds', 3, [rows, positions, this.topK]);
    this.topLogProbs = floats(file, 'topLogProbs', 3, [rows, positions, this.topK]);
    this.entropies = floats(file, 'entropy', 2, [rows, positions]);
    this.kls = floats(file, 'klToFinal', 2, [rows, positions]);
    this.finalLogProbs = floats(file, 'finalLogProb', 2, [rows, positions]);
    this.finalRanks = ints(file, 'finalRank', 2, [rows, positions]);
    this.trackedLogProbs = floats(file, 'trackedLogProb', 3, [tracked, rows, positions], true);
    this.trackedRanks = ints(file, 'trackedRank', 3, [tracked, rows, positions], true);
    if (rows < 1 || positions < 1 || this.topK < 1) {
      throw new MalformedSafetensors(`an empty grid: ${rows} rows, ${positions} positions, top ${this.topK}`);
    }
    if (header.tokens.length !== positions || header.tracked.length !== tracked) {
      throw new MalformedSafetensors('the header names other tokens than the arrays hold');
    }
    this.layerCount = header.layerCount;
    this.vocabulary = header.vocabulary;
    this.lens = header.lens;
    this.hooks = header.hooks ?? [];
    this.tokens = header.tokens;
    this.bosPrepended = header.bosPrepended;
    this.tracked = header.tracked;
    this.selfCheck = header.selfCheck;
    this.deviation = header.deviation;
    this.texts = new Map(Object.entries(header.texts).map(([id, text]) => [Number(id), text]));
    for (const token of [...header.tokens, ...header.tracked]) {
      this.texts.set(token.id, token.text);
    }
    this.wholeRows = [...this.layers.keys()].filter((row) => Number.isInteger(this.layers[row]));
    this.hasSublayers = this.wholeRows.length < rows;
    for (const summary of header.summary?.positions ?? []) {
      this.summaries.set(summary.position, summary);
    }
  }

  static read(buffer: ArrayBuffer): LensResult {
    return new LensResult(readSafetensors(buffer));
  }

  get finalRow(): number {
    return this.rowCount - 1;
  }

  text(id: number): string {
    return this.texts.get(id) ?? `#${id}`;
  }

  /** Every id that has a text here. */
  get known(): ReadonlyMap<number, string> {
    return this.texts;
  }

  top1(row: number, position: number): number {
    return this.topIds[(row * this.positionCount + position) * this.topK];
  }

  top1LogProb(row: number, position: number): number {
    return this.topLogProbs[(row * this.positionCount + position) * this.topK];
  }

  top(row: number, position: number): TopEntry[] {
    const at = (row * this.positionCount + position) * this.topK;
    return Array.from({ length: this.topK }, (_, i) => {
      const id = this.topIds[at + i];
      return { id, text: this.text(id), logProb: this.topLogProbs[at + i] };
    });
  }

  /** Rank (from 1) of an id among the stored top-k, or 0. */
  rankInTop(row: number, position: number, id: number): number {
    const at = (row * this.positionCount + position) * this.topK;
    for (let i = 0; i < this.topK; i++) {
      if (this.topIds[at + i] === id) {
        return i + 1;
      }
    }
    return 0;
  }

  entropy(row: number, position: number): number {
    return this.entropies[row * this.positionCount + position];
  }

  kl(row: number, position: number): number {
    return this.kls[row * this.positionCount + position];
  }

  finalLogProb(row: number, position: number): number {
    return this.finalLogProbs[row * this.positionCount + position];
  }

  finalRank(row: number, position: number): number {
    return this.finalRanks[row * this.positionCount + position];
  }

  /** The final layer's top token at a position. */
  finalToken(position: number): number {
    return this.top1(this.finalRow, position);
  }

  trackedIndex(id: number): number {
    return this.tracked.findIndex((token) => token.id === id);
  }

  trackedLogProb(index: number, row: number, position: number): number {
    return this.trackedLogProbs[(index * this.rowCount + row) * this.positionCount + position];
  }

  trackedRank(index: number, row: number, position: number): number {
    return this.trackedRanks[(index * this.rowCount + row) * this.positionCount + position];
  }

  /** Log-probability and rank of any id, as far as the result knows them: exactly, or only inside the top-k (else null). */
  reading(id: number, row: number, position: number): { logProb: number; rank: number } | null {
    const tracked = this.trackedIndex(id);
    if (tracked >= 0) {
      return { logProb: this.trackedLogProb(tracked, row, position), rank: this.trackedRank(tracked, row, position) };
    }
    if (id === this.finalToken(position)) {
      return { logProb: this.finalLogProb(row, position), rank: this.finalRank(row, position) };
    }
    const rank = this.rankInTop(row, position, id);
    return rank === 0 ? null : { rank, logProb: this.topLogProbs[(row * this.positionCount + position) * this.topK + rank - 1] };
  }

  /** Whether every layer's value of this id is stored at this position. */
  isExact(id: number, position: number): boolean {
    return this.trackedIndex(id) >= 0 || id === this.finalToken(position);
  }

  rowOfLayer(layer: number): number {
    return this.layers.indexOf(layer);
  }

  /** The derived figures of a position: the server's, or the same rules applied to the arrays. */
  summary(position: number): PositionSummary {
    let summary = this.summaries.get(position);
    if (!summary) {
      summary = this.derive(position);
      this.summaries.set(position, summary);
    }
    return summary;
  }

  /** Only whole layers count. */
  derive(position: number): PositionSummary {
    const id = this.finalToken(position);
    const rows = this.wholeRows;
    const first = (limit: number) =>
      this.layers[rows.find((row) => this.finalRank(row, position) <= limit) ?? this.finalRow];
    let settled = rows.length - 1;
    while (settled > 0 && this.top1(rows[settled - 1], position) === id) {
      settled--;
    }
    const overwritten: { id: number; text: string; from: number; to: number }[] = [];
    let open = false;
    for (const row of rows.slice(0, settled)) {
      const top = this.top1(row, position);
      const last = overwritten.at(-1);
      if (open && last?.id === top) {
        last.to = this.layers[row];
      } else if (top !== id) {
        overwritten.push({ id: top, text: this.text(top), from: this.layers[row], to: this.layers[row] });
      }
      open = top !== id;
    }
    return {
      position,
      final: { id, text: this.text(id), logProb: this.top1LogProb(this.finalRow, position) },
      firstTop1: first(1),
      firstTop5: first(5),
      firstTop10: first(10),
      crystallised: this.layers[rows[settled]],
      overwritten,
    };
  }
}

function parseHeader(text: string | undefined): Header {
  let header: Header;
  try {
    header = JSON.parse(text ?? '') as Header;
  } catch {
    throw new MalformedSafetensors('the result has no readable header');
  }
  if (!Array.isArray(header?.tokens) || !Array.isArray(header.tracked) || typeof header.texts !== 'object' || header.texts === null) {
    throw new MalformedSafetensors('the header lacks tokens, tracked or texts');
  }
  return header;
}

function tensor(file: Safetensors, name: string, rank: number, shape: readonly number[] | undefined) {
  const found = file.tensors.get(name);
  if (!found) {
    throw new MalformedSafetensors(`the result lacks ${name}`);
  }
  if (found.shape.length !== rank || (shape && shape.some((n, i) => n !== found.shape[i]))) {
    throw new MalformedSafetensors(`${name}: shape [${found.shape}], expected ${shape ? `[${shape}]` : `${rank} axes`}`);
  }
  return found;
}

function floats(file: Safetensors, name: string, rank: number, shape?: readonly number[], optional = false): Float32Array {
  if (optional && !file.tensors.has(name)) {
    return new Float32Array(0);
  }
  const { data, dtype } = tensor(file, name, rank, shape);
  if (!(data instanceof Float32Array)) {
    throw new MalformedSafetensors(`${name}: dtype ${dtype}, expected F32`);
  }
  return data;
}

function ints(file: Safetensors, name: string, rank: number, shape?: readonly number[], optional = false): Int32Array {
  if (optional && !file.tensors.has(name)) {
    return new Int32Array(0);
  }
  const { data, dtype } = tensor(file, name, rank, shape);
  if (!(data instanceof Int32Array)) {
    throw new MalformedSafetensors(`${name}: dtype ${dtype}, expected I32`);
  }
  return data;
}
