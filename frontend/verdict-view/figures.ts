/** What the charts of a verdict are made of: pure functions from figures to shares, bins and words. */

import { isUndefined, type ComponentFigures, type ExampleFigures, type Verdict } from './verdict';

/** How far a circuit is from the model: what random circuits are ranked by. */
export function faithfulnessGap(model: number, circuit: number): number {
  return Math.abs(model - circuit);
}

/** How many random circuits come as close to the model as the claim, or closer. */
export function asClose(values: readonly number[], model: number, circuit: number): number {
  const gap = faithfulnessGap(model, circuit);
  return values.filter((value) => faithfulnessGap(model, value) <= gap).length;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** How many of them come as close to the model as the claim. */
  readonly close: number;
}

/** Equal bins over a domain; the last one includes its end. */
export function histogram(values: readonly number[], domain: readonly [number, number], bins: number, isClose: (value: number) => boolean): Bin[] {
  const [from, to] = domain;
  const width = (to - from) / bins || 1;
  const made = Array.from({ length: bins }, (_, i) => ({ from: from + i * width, to: from + (i + 1) * width, count: 0, close: 0 }));
  for (const value of values) {
    const bin = made[Math.min(bins - 1, Math.max(0, Math.floor((value - from) / width)))];
    bin.count++;
    bin.close += isClose(value) ? 1 : 0;
  }
  return made;
}

/** Round numbers between two values, about as many as asked for. */
export function ticks(from: number, to: number, about: number): number[] {
  const rough = (to - from) / Math.max(1, about);
  if (!(rough > 0) || !Number.isFinite(rough)) {
    return [from];
  }
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => s >= rough) ?? 10 * power;
  const found: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    found.push(i * step + 0); // −0 is 0
  }
  return found;
}

/** A domain with a little air at both ends. */
export function domainOf(values: readonly number[]): [number, number] {
  const known = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (known.length === 0) {
    return [0, 1];
  }
  const air = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - air, high + air];
}

/**
 * Heights for labels over marks, so that none covers another: 0 is the lowest line. `widths` are in the unit of `places`.
 */
export function levels(places: readonly number[], widths: readonly number[]): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const ends: number[] = [];
  const found = places.map(() => 0);
  for (const i of order) {
    const start = places[i] - widths[i] / 2;
    let level = ends.findIndex((end) => end <= start);
    if (level < 0) {
      level = ends.length;
    }
    ends[level] = places[i] + widths[i] / 2;
    found[i] = level;
  }
  return found;
}

/** What vote and effect say together, where they disagree by more than 5 % of the whole and a quarter of the larger. */
export function reading({ vote, effect }: ComponentFigures, total: number): string {
  const gap = Math.abs(vote - effect);
  if (!Number.isFinite(gap) || gap <= Math.abs(total) * 0.05 || gap <= Math.max(Math.abs(vote), Math.abs(effect)) * 0.25) {
    return '';
  }
  if (vote * effect < 0 && Math.abs(effect) > Math.abs(total) * 0.02) {
    return vote > 0 ? 'votes for it, yet without it the answer gains' : 'votes against it, yet without it the answer loses';
  }
  return Math.abs(effect) < Math.abs(vote) ? 'others make up for it when it is gone' : 'acts through later components';
}

export interface Spread {
  readonly defined: number;
  readonly undefinedCount: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly worst: ExampleFigures | null;
}

/** How much of its own difference each prompt keeps; prompts without one to speak of are counted apart. */
export function spread(verdict: Verdict): Spread {
  const known = verdict.examples.filter((example) => Number.isFinite(example.model) && Number.isFinite(example.circuit));
  const defined = known.filter((example) => !isUndefined(example, verdict.minDifference));
  const ratios = defined.map(kept).sort((a, b) => a - b);
  const worst = defined.reduce<ExampleFigures | null>((lowest, example) => (!lowest || kept(example) < kept(lowest) ? example : lowest), null);
  return { defined: defined.length, undefinedCount: known.length - defined.length, q25: quantile(ratios, 0.25), median: quantile(ratios, 0.5), q75: quantile(ratios, 0.75), worst };
}

export function kept(example: ExampleFigures): number {
  return example.circuit / example.model;
}

/** Interpolated between neighbours; NaN of nothing. */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) {
    return NaN;
  }
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** A circuit that adds up to more than the whole while votes against it are left out: the sum flatters. */
export function isOverAccounted(verdict: Verdict): boolean {
  return verdict.accounting.share > 1 && verdict.accounting.negative < 1;
}

/** Splits a sentence so that its numbers can be set in bold: `8 of 270`, `78 %`, `[80, 93]`, `3.38`; names such as L9H9 stay whole. */
export function emphasised(sentence: string): { readonly text: string; readonly strong: boolean }[] {
  const pieces: { text: string; strong: boolean }[] = [];
  let at = 0;
  for (const match of sentence.matchAll(/(?<![\w.])[−-]?\d+(?:\.\d+)?(?: ?%| of \d+(?! ?%))?(?![\w%])|\[[^\]]*\d[^\]]*\]|(?<![\w.])[−-]?\d+(?:\.\d+)? ?%/g)) {
    pieces.push({ text: sentence.slice(at, match.index), strong: false }, { text: match[0], strong: true });
    at = match.index + match[0].length;
  }
  pieces.push({ text: sentence.slice(at), strong: false });
  return pieces.filter((piece) => piece.text !== '');
}
