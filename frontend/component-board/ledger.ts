/** The ledger's order, and its sum drawn step by step. Pure. */

import type { ComponentScores, ScoreLine } from '../shared/component-scores';
import type { Effects } from './effects';

export type SortKey = 'vote' | 'name' | 'sd' | 'helping' | 'effect';

export interface Sorting {
  readonly key: SortKey;
  readonly ascending: boolean;
}

export const LARGEST_FIRST: Sorting = { key: 'vote', ascending: false };

/** Lines in the order asked for; votes and effects by their size, names in the model's own order. */
export function sorted(scores: ComponentScores, sorting: Sorting, example: number | null, effects: Effects | null = null): ScoreLine[] {
  const place = new Map(scores.lines.map((line, i) => [line.name, i]));
  const value: Record<SortKey, (line: ScoreLine) => number> = {
    vote: (line) => Math.abs(scores.vote(line, example)),
    name: (line) => -place.get(line.name)!,
    sd: (line) => line.sd,
    helping: (line) => line.helping,
    effect: (line) => Math.abs(effects?.byName.get(line.name) ?? 0),
  };
  const by = value[sorting.key];
  const sign = sorting.ascending ? 1 : -1;
  return [...scores.lines].sort((a, b) => sign * (by(a) - by(b)) || place.get(a.name)! - place.get(b.name)!);
}

/** Same key: the other way round; another key: its natural way first. */
export function resort(sorting: Sorting, key: SortKey): Sorting {
  return sorting.key === key ? { key, ascending: !sorting.ascending } : { key, ascending: false };
}

export interface Step {
  readonly name: string;
  readonly vote: number;
  readonly from: number;
  readonly to: number;
  /** How many lines the step stands for; more than 1 only for "others". */
  readonly lines: number;
}

/** From 0 to the logit difference: the largest votes one by one, all others in one step, then the residual where it is seen. */
export function waterfall(scores: ComponentScores, example: number | null, shown: number): Step[] {
  const lines = sorted(scores, LARGEST_FIRST, example);
  const steps: Step[] = [];
  let at = 0;
  const add = (name: string, vote: number, count = 1) => {
    steps.push({ name, vote, from: at, to: at + vote, lines: count });
    at += vote;
  };
  lines.slice(0, shown).forEach((line) => add(line.name, scores.vote(line, example)));
  const rest = lines.slice(shown);
  if (rest.length > 0) {
    add('others', rest.reduce((sum, line) => sum + scores.vote(line, example), 0), rest.length);
  }
  const residual = scores.total(example) - at;
  if (Math.abs(residual) >= 0.005) {
    add('residual', residual);
  }
  return steps;
}

/** Lowest and highest level a waterfall passes, 0 included. */
export function extent(steps: readonly Step[]): readonly [number, number] {
  const levels = steps.flatMap((step) => [step.from, step.to]);
  return [Math.min(0, ...levels), Math.max(0, ...levels)];
}

/** The selected lines as text for a table: name, mean, standard deviation, share helping. */
export function asText(scores: ComponentScores, names: readonly string[]): string {
  const rows = names.map((name) => scores.line(name)!).map((line) => [line.name, line.mean, line.sd, line.helping].join('\t'));
  return [['component', 'mean', 'sd', 'helping'].join('\t'), ...rows].join('\n');
}
