import type { ComponentScores } from '../shared/component-scores';
import type { Effects } from './effects';
import type { Sorting, SortKey } from './ledger';
import type { Statistic, View } from './state';

/** What the cards of the page draw. */
export interface Board {
  readonly scores: ComponentScores;
  readonly statistic: Statistic;
  /** The prompt whose votes are shown, or null for the mean over all. */
  readonly example: number | null;
  readonly selected: ReadonlySet<string>;
  /** The focused component. */
  readonly at: string;
  readonly view: View;
  readonly sorting: Sorting;
  /** Whether the ledger shows every line. */
  readonly everyLine: boolean;
  /** Measured effects to put beside the votes, where the page has any. */
  readonly effects: Effects | null;
  /** Whether there are effects to choose, and the address where some are measured, or empty. */
  readonly offered: { readonly measured: boolean; readonly measure: string };
}

/** What a reader can do on the cards. */
export interface Acts {
  toggle(name: string): void;
  focus(name: string): void;
  select(names: readonly string[]): void;
  /** null goes back to the mean. */
  pickExample(example: number | null): void;
  view(view: View): void;
  sort(key: SortKey): void;
  showEveryLine(all: boolean): void;
  copySelection(): void;
}
