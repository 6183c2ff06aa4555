/** Makes lens results in the stored layout from plain numbers, for the tests and the harness page. */

import type { Deviation } from '../shared/lens-result';
import { mulberry } from './random';

export interface LensNumbers {
  readonly layers: readonly number[];
  readonly tokens: readonly { id: number; text: string }[];
  readonly texts: Readonly<Record<string, string>>;
  readonly vocabulary: number;
  readonly topIds: readonly (readonly (readonly number[])[])[];
  readonly topLogProbs: readonly (readonly (readonly number[])[])[];
  readonly entropy: readonly (readonly number[])[];
  readonly klToFinal: readonly (readonly number[])[];
  readonly finalLogProb: readonly (readonly number[])[];
  readonly finalRank: readonly (readonly number[])[];
  readonly tracked: readonly { id: number; text: string; logProb: readonly (readonly number[])[]; rank: readonly (readonly number[])[] }[];
  readonly bosPrepended?: boolean;
  readonly summary?: unknown;
  readonly selfCheck?: { maxAbsLogitDiff: number; tolerance: number };
  readonly deviation?: Deviation;
}

export function lensFile(n: LensNumbers): ArrayBuffer {
  const [rows, positions, k, m] = [n.layers.length, n.tokens.length, n.topIds[0][0].length, n.tracked.length];
  const header = {
    kind: 'lens', lens: 'logit', layerCount: n.layers[rows - 1], vocabulary: n.vocabulary,
    hooks: n.layers.map((l) => (l === n.layers[rows - 1] ? `blocks.${l - 1}.hook_resid_post` : `blocks.${Math.floor(l)}.hook_resid_${Number.isInteger(l) ? 'pre' : 'mid'}`)),
    tokens: n.tokens, bosPrepended: n.bosPrepended ?? false, texts: n.texts, tracked: n.tracked.map(({ id, text }) => ({ id, text })), topK: k,
    summary: n.summary, selfCheck: n.selfCheck ?? { maxAbsLogitDiff: 3e-5, tolerance: 1e-4 }, deviation: n.deviation,
  };
  return writeSafetensors({ format: 'unembed/lens-grid/1', header: JSON.stringify(header) }, [
    ['tokenIds', [positions], Int32Array.from(n.tokens, (t) => t.id)],
    ['layers', [rows], Float32Array.from(n.layers)],
    ['topIds', [rows, positions, k], Int32Array.from(n.topIds.flat(2))],
    ['topLogProbs', [rows, positions, k], Float32Array.from(n.topLogProbs.flat(2))],
    ['entropy', [rows, positions], Float32Array.from(n.entropy.flat())],
    ['klToFinal', [rows, positions], Float32Array.from(n.klToFinal.flat())],
    ['finalLogProb', [rows, positions], Float32Array.from(n.finalLogProb.flat())],
    ['finalRank', [rows, positions], Int32Array.from(n.finalRank.flat())],
    ['trackedIds', [m], Int32Array.from(n.tracked, (t) => t.id)],
    ['trackedLogProb', [m, rows, positions], Float32Array.from(n.tracked.flatMap((t) => t.logProb.flat()))],
    ['trackedRank', [m, rows, positions], Int32Array.from(n.tracked.flatMap((t) => t.rank.flat()))],
  ]);
}

export function writeSafetensors(metadata: Record<string, string>, tensors: readonly (readonly [string, readonly number[], Int32Array | Float32Array])[]): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, shape, data] of tensors) {
    header[name] = { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  let at = 8 + length;
  for (const [, , data] of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file.buffer;
}

/** A repeatable made-up result of any size: every position settles somewhere in the upper half. */
export function syntheticNumbers(layerCount: number, positions: number, options: { sublayers?: boolean; topK?: number; tracked?: number } = {}): LensNumbers {
  const { sublayers = false, topK = 10, tracked = 2 } = options;
  const vocabulary = 49_152;
  const words = ' the, and, of, to, city, in, Paris, Rome, a,\n, is, that, King, tower, unembedding, for, with, on,–,(, Colosseum, emetery'.split(',');
  const random = mulberry(7);
  const layers: number[] = [];
  for (let l = 0; l < layerCount; l++) {
    layers.push(l, ...(sublayers ? [l + 0.5] : []));
  }
  layers.push(layerCount);
  const texts = Object.fromEntries(words.map((word, id) => [id, word]));
  const tokens = Array.from({ length: positions }, (_, p) => ({ id: (p * 7) % words.length, text: words[(p * 7) % words.length] }));
  const final = tokens.map((_, p) => (p * 5 + 3) % words.length);
  const settles = tokens.map(() => Math.floor(layerCount * (0.5 + 0.5 * random())));
  const grid = <T>(cell: (l: number, p: number) => T) => layers.map((l) => tokens.map((_, p) => cell(l, p)));
  const topIds = grid((l, p) => {
    const first = l >= settles[p] ? final[p] : (final[p] + 1 + (Math.floor(l / 3) % 5)) % words.length;
    return [first, ...words.keys()].filter((id, i, all) => all.indexOf(id) === i).slice(0, topK);
  });
  const lead = grid((l, p) => (l >= settles[p] ? 0.3 + (0.65 * (l - settles[p] + 1)) / (layerCount - settles[p] + 1) : 0.05 + 0.3 * random()));
  const topLogProbs = grid((l, p) => Array.from({ length: topK }, (_, i) => Math.log(lead[layers.indexOf(l)][p] * (i === 0 ? 1 : 0.3 / (i + 1)))));
  const finalRank = grid((l, p) => {
    const at = topIds[layers.indexOf(l)][p].indexOf(final[p]);
    return at >= 0 ? at + 1 : Math.max(topK + 1, Math.round(20_000 * (1 - l / layerCount)));
  });
  const finalLogProb = grid((l, p) => {
    const at = topIds[layers.indexOf(l)][p].indexOf(final[p]);
    return at >= 0 ? topLogProbs[layers.indexOf(l)][p][at] : -20 * (1 - l / (layerCount + 4));
  });
  return {
    layers, tokens, texts, vocabulary, topIds, topLogProbs, finalRank, finalLogProb,
    entropy: grid((l) => 10.5 * (1 - l / (layerCount + 3)) + random()),
    klToFinal: grid((l, p) => (l === layerCount ? 0 : Math.max(0, 18 * (1 - l / layerCount) + random() - (l >= settles[p] ? 4 : 0)))),
    tracked: Array.from({ length: tracked }, (_, i) => ({ id: 7 + i, text: words[7 + i] ?? ` t${i}`, logProb: grid((l) => -22 + (20 - 3 * i) * (l / layerCount) ** 3), rank: grid((l) => Math.max(1, Math.round(40_000 * (1 - l / layerCount) ** 3))) })),
  };
}
