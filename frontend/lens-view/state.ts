/** What a reader of the lens page has chosen, as it stands in an address. Pure parsing and writing. */

import type { LensResult } from '../shared/lens-result';
import type { LensCell } from '../heat-grid/heat-grid';

export interface LensState {
  readonly layer: number;
  readonly position: number;
  readonly metric: string;
  /** `layer:position`, or empty. */
  readonly compare: string;
  readonly sublayers: boolean;
  readonly search: string;
  readonly pins: readonly number[];
}

/** Attributes, properties set by the server and addresses all come as text or numbers. */
export type Loose = string | number | null | undefined;

/** The number that is meant; null where none is given, NaN where it is none. */
export function numberOf(value: Loose): number | null {
  return value === null || value === undefined || value === '' ? null : Number(value);
}

export function pinsOf(value: string): number[] {
  const ids = value
    .split(',')
    .filter((part) => /^\s*\d{1,9}\s*$/.test(part))
    .map(Number);
  return [...new Set(ids)];
}

/** The cell that is meant, or null where the result has none such. */
export function cellOf(result: LensResult, layer: Loose, position: Loose): LensCell | null {
  const l = numberOf(layer);
  const p = numberOf(position);
  const row = l === null ? result.finalRow : result.rowOfLayer(l);
  const at = p === null ? result.positionCount - 1 : p;
  return row < 0 || !Number.isInteger(at) || at < 0 || at >= result.positionCount ? null : { row, position: at };
}

/** The default selection where the address names none or one that doesn't exist: last position, final layer. */
export function selectionOf(result: LensResult, layer: Loose, position: Loose): LensCell {
  return cellOf(result, layer, position) ?? { row: result.finalRow, position: result.positionCount - 1 };
}

export function compareOf(result: LensResult, text: string): LensCell | null {
  const match = /^(\d+(?:\.5)?):(\d+)$/.exec(text.trim());
  return match ? cellOf(result, match[1], match[2]) : null;
}

export function compareText(result: LensResult, cell: LensCell | null): string {
  return cell ? `${result.layers[cell.row]}:${cell.position}` : '';
}

/** The address of exactly this state, every other parameter of the page kept. */
export function linkTo(href: string, state: LensState): string {
  const url = new URL(href);
  const set = (name: string, value: string) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
  set('layer', String(state.layer));
  set('position', String(state.position));
  set('metric', state.metric === 'final' ? '' : state.metric);
  set('compare', state.compare);
  set('sublayers', state.sublayers ? 'true' : '');
  set('search', state.search);
  set('pins', state.pins.join(','));
  return url.toString();
}

/** Rows to draw, from the top: the final layer first, the embedding last. */
export function shownRows(result: LensResult, sublayers: boolean): number[] {
  const rows = sublayers ? [...result.layers.keys()] : [...result.wholeRows];
  return rows.reverse();
}
