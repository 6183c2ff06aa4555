import type { LayoutOptions } from '../shared/grid-geometry';
import type { CanvasTheme, Ramp } from '../shared/palette';

/** What a grid of values shows: rows from the top (the final layer first), columns from the left. */
export interface ValueCells {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** A second, quieter line over the labels, such as positions; empty where there is none. */
  readonly columnHints: readonly string[];
  readonly layout: LayoutOptions;
  /** Two hues around zero, or one hue from paper. */
  readonly hues: 'diverging' | 'sequential';
  readonly legend: string;
  readonly ticks: readonly { value: number; label: string }[];
  /** NaN where the model has no such cell. */
  value(row: number, column: number): number;
  /** −1 … 1 for two hues, 0 … 1 for one. */
  scale(value: number): number;
  /** How much of its colour a cell shows, 0 (paper) … 1; all of it where there is no such function. */
  weight?(row: number, column: number): number;
  /** As short as a cell needs it; empty where the value is too small to be worth its ink. */
  text(row: number, column: number): string;
}

export function rampOf(theme: CanvasTheme, cells: ValueCells): Ramp {
  return cells.hues === 'diverging' ? theme.diverging : theme.ramp;
}

/** Place of a value on the legend's bar, 0 … 1. */
export function tickPlace(cells: ValueCells, value: number): number {
  const t = cells.scale(value);
  return cells.hues === 'diverging' ? (t + 1) / 2 : t;
}
