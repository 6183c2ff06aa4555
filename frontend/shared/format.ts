/** Numbers as they are written on screen. A true minus sign, no false zeros. */

const MINUS = '−';

function signed(text: string): string {
  return text.replace('-', MINUS);
}

/** Fixed decimals; `–` for a missing value. */
export function fixed(value: number, digits = 2): string {
  // a rounded −0.003 is 0.00, not −0.00
  return Number.isFinite(value) ? signed(value.toFixed(digits).replace(/^-(0(?:\.0+)?)$/, '$1')) : '–';
}

/** Fixed decimals with the sign always written: +1.20, −0.87, 0.00. */
export function plus(value: number, digits = 2): string {
  const text = fixed(value, digits);
  return value > 0 && Number(value.toFixed(digits)) > 0 ? `+${text}` : text;
}

/** A share in percent, which may lie outside 0 … 100: 78 %, 112 %, −4.2 %. */
export function share(value: number): string {
  const digits = value !== 0 && Math.abs(value) < 0.0995 ? 1 : 0;
  return Number.isFinite(value) ? `${fixed(100 * value, digits)} %` : '–';
}

/** A probability as percent: 97.3 %, 0.42 %, <0.01 %. */
export function percent(p: number): string {
  if (!Number.isFinite(p)) {
    return '–';
  }
  const hundred = 100 * p;
  if (hundred > 0 && hundred < 0.01) {
    return '<0.01 %';
  }
  if (hundred >= 99.95 && p < 1) {
    return hundred >= 99.995 ? '>99.99 %' : `${hundred.toFixed(2)} %`;
  }
  return `${hundred.toFixed(hundred !== 0 && hundred < 0.995 ? 2 : 1)} %`;
}

/** A probability in as few characters as a cell allows: 97%, 3.2%, 4e-5. */
export function cellProbability(p: number): string {
  if (!Number.isFinite(p)) {
    return '';
  }
  if (p >= 0.995 && p < 0.9995) {
    return `${(100 * p).toFixed(1)}%`;
  }
  if (p >= 0.0995) {
    return `${(100 * p).toFixed(0)}%`;
  }
  return p >= 0.0005 ? `${(100 * p).toFixed(1)}%` : p > 1e-99 ? tiny(p) : '0';
}

/** A small difference as programs write it: 3e-5; 0 when it is zero. */
export function tiny(value: number): string {
  if (!Number.isFinite(value)) {
    return '–';
  }
  if (value === 0) {
    return '0';
  }
  const [mantissa, exponent] = value.toExponential(0).split('e');
  return `${mantissa}e${exponent.replace('+', '')}`;
}

/** A rank: 1, 24, 1,466; `–` when unknown. */
export function rank(value: number): string {
  return Number.isFinite(value) && value >= 1 ? value.toLocaleString('en-US') : '–';
}

/** A rank in few characters: 24, 1.5k, 49k. */
export function cellRank(value: number): string {
  if (!(value >= 1)) {
    return '';
  }
  return value < 1000 ? String(value) : value < 9950 ? `${(value / 1000).toFixed(1)}k` : `${Math.round(value / 1000)}k`;
}

/** A lens layer: 0, 28, 28.5 (after the attention of block 28), as it stands in addresses and exports too. */
export function layerName(layer: number): string {
  return String(layer);
}

/** "layer 20" or "layers 20–25". */
export function layerRange(from: number, to: number): string {
  return from === to ? `layer ${layerName(from)}` : `layers ${layerName(from)}–${layerName(to)}`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}
