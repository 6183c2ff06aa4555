/** What a reader of the board has chosen, as it stands in an address. Pure parsing and writing. */

import type { ComponentScores } from '../shared/component-scores';

export const STATISTICS = ['mean', 'helping', 'spread', 'example', 'effect'] as const;
export type Statistic = (typeof STATISTICS)[number];

export const VIEWS = ['ledger', 'waterfall', 'effects'] as const;
export type View = (typeof VIEWS)[number];

export interface BoardState {
  readonly statistic: Statistic;
  /** Counted from 0. */
  readonly example: number;
  readonly selected: readonly string[];
  /** The focused component, or empty. */
  readonly at: string;
  readonly view: View;
  /** The run whose effects stand beside the votes, or empty. */
  readonly effects: string;
}

export function viewOf(text: string): View {
  return VIEWS.find((view) => view === text) ?? 'ledger';
}

export function exampleOf(scores: ComponentScores, value: string | number | null): number {
  const example = value === null || value === '' ? 0 : Number(value);
  return Number.isInteger(example) && example >= 0 && example < scores.examples.length ? example : 0;
}

/** The components of a comma-separated list that can be chosen on this board, once each, in the model's order. */
export function selectedOf(scores: ComponentScores, text: string): string[] {
  const wanted = new Set(text.split(',').map((name) => name.trim()));
  return [...scores.choosable].filter((name) => wanted.has(name));
}

/** The address of exactly this state, every other parameter of the page kept, defaults left out. */
export function linkTo(href: string, state: BoardState): string {
  const url = new URL(href);
  const set = (name: string, value: string) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
  set('statistic', state.statistic === 'mean' ? '' : state.statistic);
  set('example', state.example === 0 ? '' : String(state.example));
  set('selected', state.selected.join(','));
  set('at', state.at);
  set('view', state.view === 'ledger' ? '' : state.view);
  set('effects', state.effects);
  return url.toString();
}
