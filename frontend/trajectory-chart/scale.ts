/** Geometry of the trajectory chart: pure functions from values to pixels. */

export type Mode = 'logProb' | 'rank';

export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Log-probabilities below this are drawn on the floor: from there on a token is simply not in sight. */
export const FLOOR = -16;

export function xOf(plot: Plot, layer: number, lastLayer: number): number {
  return plot.left + ((plot.width - plot.left - plot.right) * layer) / Math.max(1, lastLayer);
}

export function yOf(plot: Plot, mode: Mode, value: number, vocabulary: number): number {
  const t = mode === 'logProb' ? Math.min(1, value / FLOOR) : Math.log(Math.max(1, value)) / Math.log(vocabulary);
  return plot.top + (plot.height - plot.top - plot.bottom) * Math.min(1, Math.max(0, t));
}

/** The layer (one that has a row) nearest to a horizontal position. */
export function layerAt(plot: Plot, x: number, layers: readonly number[]): number {
  const last = layers[layers.length - 1];
  let best = layers[0];
  for (const layer of layers) {
    if (Math.abs(xOf(plot, layer, last) - x) < Math.abs(xOf(plot, best, last) - x)) {
      best = layer;
    }
  }
  return best;
}

export function valueTicks(mode: Mode, vocabulary: number): { value: number; label: string }[] {
  if (mode === 'logProb') {
    return [0, -4, -8, -12, FLOOR].map((value) => ({ value, label: value === 0 ? '0' : value === FLOOR ? `≤ −${-FLOOR}` : `−${-value}` }));
  }
  const ticks = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].filter((value) => value <= vocabulary);
  return ticks.map((value) => ({ value, label: value < 1000 ? String(value) : `${value / 1000}k` }));
}

/** Whole layers with a label, not closer than readable, the last one always among them. */
export function layerTicks(lastLayer: number, width: number): number[] {
  const room = Math.max(2, Math.floor(width / 40));
  const step = [1, 2, 5, 10, 20, 50, 100].find((s) => lastLayer / s <= room) ?? lastLayer;
  const ticks: number[] = [];
  for (let layer = 0; layer <= lastLayer - step * 0.6; layer += step) {
    ticks.push(layer);
  }
  return [...ticks, lastLayer];
}

/** Polylines of a series; a missing value ends one. Lone points come out as lines of one point. */
export function segments(values: readonly (number | null)[]): number[][] {
  const lines: number[][] = [];
  let open: number[] | null = null;
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      open = null;
    } else if (open) {
      open.push(index);
    } else {
      lines.push((open = [index]));
    }
  });
  return lines;
}
