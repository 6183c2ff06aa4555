/** A patching sweep as a grid of values: layers from the top, heads or positions from the left. Pure. */

import { fixed } from '../shared/format';
import type { Cell } from '../shared/grid-geometry';
import { signedSqrtScale } from '../shared/palette';
import type { ScoreGridResult } from '../shared/score-grid-result';
import type { ValueCells } from '../value-grid/values';

const WORTH_A_NUMBER = 0.04;

export function layerOf(result: ScoreGridResult, row: number): number {
  return result.layers - 1 - row;
}

/** The cell an address names, or null. */
export function cellOf(result: ScoreGridResult, layer: string | number | null, column: string | number | null): Cell | null {
  const [l, c] = [layer, column].map((value) => (value === null || value === '' ? NaN : Number(value)));
  const inside = Number.isInteger(l) && Number.isInteger(c) && l >= 0 && l < result.layers && c >= 0 && c < result.columns.length;
  return inside ? { row: layerOf(result, l), column: c } : null;
}

/** The cell whose patch does most; of equals the first from the bottom left. */
export function strongest(result: ScoreGridResult): Cell {
  let best = { layer: 0, column: 0 };
  for (let layer = 0; layer < result.layers; layer++) {
    for (let column = 0; column < result.columns.length; column++) {
      if (result.effect(layer, column) > result.effect(best.layer, best.column)) {
        best = { layer, column };
      }
    }
  }
  return { row: layerOf(result, best.layer), column: best.column };
}

/**
 * Colours say what the patch does. Denoising starts from the corrupted run: paper is 0, deep blue 1. Noising starts from the clean
 * one: paper is 1, deep orange 0. The numbers are the same in both: 0 as corrupted, 1 as clean.
 */
export function gridCells(result: ScoreGridResult): ValueCells {
  const from = result.noising ? 1 : 0;
  let most = 1;
  for (let layer = 0; layer < result.layers; layer++) {
    for (let column = 0; column < result.columns.length; column++) {
      most = Math.max(most, Math.abs(result.value(layer, column) - from));
    }
  }
  const scale = signedSqrtScale(most);
  const ticks = result.noising ? [0, 0.75, 1, 1.25, 2] : [-1, -0.25, 0, 0.25, 1];
  const tokens = result.byPosition;
  return {
    rowLabels: Array.from({ length: result.layers }, (_, row) => String(layerOf(result, row))),
    columnLabels: result.columns.map((_, column) => result.columnName(column)),
    columnHints: tokens ? result.columns.map((_, column) => String(column)) : [],
    layout: { narrowest: tokens ? 36 : 31, widest: tokens ? 120 : 96, axisWidth: 28, headerHeight: tokens ? 31 : 22 },
    hues: 'diverging',
    scale: (value) => scale(value - from),
    legend: result.noising
      ? '1 = the clean behaviour is kept, 0 = this patch alone corrupts it; √ scale from 1'
      : '0 = as corrupted, 1 = this patch alone brings back the clean behaviour; √ scale',
    ticks: ticks.map((value) => ({ value, label: fixed(value, Number.isInteger(value) ? 0 : 2) })),
    value: (row, column) => result.value(layerOf(result, row), column),
    text: (row, column) => {
      const value = result.value(layerOf(result, row), column);
      return Math.abs(value - from) >= WORTH_A_NUMBER ? fixed(value) : '';
    },
  };
}
