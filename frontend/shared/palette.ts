/** Colour-blind-safe scales, from paper to one deep hue or to two (blue helps, orange hurts), taken from the theme's custom properties. */

export type Rgb = readonly [number, number, number];

/** Maps a value to 0 (paper) … 1 (deep); scales with two hues to −1 … 1. */
export type Transform = (value: number) => number;

const clamp = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t);

/** √p: small probabilities stay visible. */
export const sqrtScale: Transform = (p) => clamp(Math.sqrt(Math.max(0, p)));

/** Linear between two values. */
export const linearScale = (from: number, to: number): Transform => (value) => clamp((value - from) / (to - from));

/** log(1 + value) up to a maximum, for quantities from 0 upwards. */
export const log1pScale = (max: number): Transform => (value) => clamp(Math.log1p(Math.max(0, value)) / Math.log1p(max));

/** Rank 1 is deepest; logarithmic down to the size of the vocabulary. */
export const rankScale = (vocabulary: number): Transform => (rank) => clamp(1 - Math.log(Math.max(1, rank)) / Math.log(vocabulary));

/** √ on both sides of zero: −max … max to −1 … 1, small votes stay visible. */
export const signedSqrtScale = (max: number): Transform => (value) => Math.sign(value) * clamp(Math.sqrt(Math.abs(value) / max));

export function parseHex(hex: string): Rgb {
  const digits = hex.trim().replace('#', '');
  const full = digits.length === 3 ? [...digits].map((d) => d + d).join('') : digits;
  if (!/^[0-9a-f]{6}/i.test(full)) {
    return [128, 128, 128];
  }
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16)) as unknown as Rgb;
}

export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return a.map((x, i) => Math.round(x + (b[i] - x) * t)) as unknown as Rgb;
}

export function css(rgb: Rgb): string {
  return `rgb(${rgb.join(' ')})`;
}

/** Relative luminance as WCAG defines it. */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

/** A ready ramp: fill, the readable ink on it, and a paler but still readable ink for what is not the answer. */
export interface Ramp {
  readonly fills: readonly string[];
  readonly inks: readonly string[];
  readonly pale: readonly string[];
  /** Index of a t in 0…1. */
  index(t: number): number;
}

const STEPS = 65;

export function ramp(from: Rgb, to: Rgb, inkOnFrom: Rgb, inkOnTo: Rgb): Ramp {
  const fills: string[] = [];
  const inks: string[] = [];
  const pale: string[] = [];
  for (let i = 0; i < STEPS; i++) {
    const fill = mix(from, to, i / (STEPS - 1));
    const ink = contrast(fill, inkOnFrom) >= contrast(fill, inkOnTo) ? inkOnFrom : inkOnTo;
    fills.push(css(fill));
    inks.push(css(ink));
    pale.push(css(paler(ink, fill)));
  }
  return { fills, inks, pale, index: (t) => Math.round(clamp(t) * (STEPS - 1)) };
}

/** Two ramps that meet at zero: `index` takes a t in −1…1, the first fill is the deep negative hue. */
export function divergingRamp(negative: Rgb, zero: Rgb, positive: Rgb, inkOnZero: Rgb, inkOnDeep: Rgb): Ramp {
  const below = ramp(zero, negative, inkOnZero, inkOnDeep);
  const above = ramp(zero, positive, inkOnZero, inkOnDeep);
  const join = (part: (r: Ramp) => readonly string[]) => [...part(below).slice(1).reverse(), ...part(above)];
  return {
    fills: join((r) => r.fills),
    inks: join((r) => r.inks),
    pale: join((r) => r.pale),
    index: (t) => STEPS - 1 + (t < 0 ? -below.index(-t) : above.index(t)),
  };
}

/** As far towards the ground as the ink may go while it keeps a contrast of 3:1. */
function paler(ink: Rgb, fill: Rgb): Rgb {
  let best = ink;
  for (let t = 0.1; t <= 0.5; t += 0.1) {
    const candidate = mix(ink, fill, t);
    if (contrast(candidate, fill) >= 3) {
      best = candidate;
    }
  }
  return best;
}

/** The colours a canvas needs, read from the theme that holds at `element`. */
export interface CanvasTheme {
  readonly ramp: Ramp;
  readonly diverging: Ramp;
  readonly surface: string;
  readonly raised: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly line: string;
  readonly accent: string;
  readonly accentWeak: string;
  readonly missing: string;
  readonly mono: string;
}

export function readTheme(element: Element): CanvasTheme {
  const style = getComputedStyle(element);
  const value = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const rgb = (name: string, fallback: string) => parseHex(value(name, fallback));
  const [ink, inkOnDeep] = [rgb('--seq-ink-0', '#15191e'), rgb('--seq-ink-1', '#ffffff')];
  return {
    ramp: ramp(rgb('--seq-0', '#f7f7f4'), rgb('--seq-1', '#0d3b5c'), ink, inkOnDeep),
    diverging: divergingRamp(rgb('--hurt', '#c4532b'), rgb('--zero', '#f1f1ec'), rgb('--help', '#1f5fa8'), ink, inkOnDeep),
    surface: value('--surface', '#fff'),
    raised: value('--raised', '#fcfcfa'),
    ink: value('--ink', '#15191e'),
    ink2: value('--ink-2', '#4c5660'),
    ink3: value('--ink-3', '#68727d'),
    line: value('--line', '#e4e4de'),
    accent: value('--accent', '#2f5fd0'),
    accentWeak: value('--accent-weak', '#e9effc'),
    missing: value('--missing', '#dcdcd5'),
    mono: value('--mono', 'monospace'),
  };
}

/** Colour and dash of the n-th trajectory: blue and orange first; the dash tells them apart without colour. */
export function seriesStyle(index: number): { colour: string; dash: string } {
  const colours = ['--help', '--hurt', '--series-3', '--series-4', '--series-5', '--series-6'];
  const dashes = ['', '6 3', '2 3', '8 3 2 3', '12 4', '1 4'];
  return { colour: `var(${colours[index % colours.length]})`, dash: dashes[index % dashes.length] };
}
