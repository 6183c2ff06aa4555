import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { plus } from '../shared/format';
import { quantile } from './accounting';

/** Values and their quartiles as points of a line `width` pixels long; 0 is always on it. Pure. */
export interface Strip {
  readonly zero: number;
  readonly low: number;
  readonly high: number;
  at(value: number): number;
}

export function strip(values: readonly number[], width: number): Strip {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const at = (value: number) => ((value - low) / span) * width;
  return { zero: at(0), low, high, at };
}

/** Dots that would lie on each other are spread up and down, always the same way. */
export function lift(index: number, count: number): number {
  return count < 6 ? 0 : ((index * 7) % 11) / 10 - 0.5;
}

const PAD = 6;
const MIDDLE = 17;
/** Room that the figures at the ends take. */
const LABEL = 44;

/** One dot per prompt over a box from the first to the third quartile with the median in it. `pick` hears a clicked prompt. */
export function distribution(values: readonly number[], width: number, example: number | null, pick?: (example: number) => void): TemplateResult {
  const line = strip(values, width - 2 * PAD);
  const x = (value: number) => PAD + line.at(value);
  const ordered = [...values].sort((a, b) => a - b);
  const [q25, q50, q75] = [0.25, 0.5, 0.75].map((q) => x(quantile(ordered, q)));
  return html`<svg class="strip" viewBox="0 0 ${width} 46" width=${width} height="46" role="img" aria-label=${spoken(ordered)}>
    ${values.length > 3 ? svg`<rect x=${q25} y="5" width=${Math.max(1, q75 - q25)} height="24" rx="3" class="box" /><line x1=${q50} x2=${q50} y1="4" y2="30" class="median" />` : ''}
    <line x1=${x(0)} x2=${x(0)} y1="1" y2="33" class="zero" />
    ${values.map((value, i) => dot(value, i))}
    ${ends(line)}
  </svg>`;

  function dot(value: number, i: number): SVGTemplateResult {
    const here = i === example;
    return svg`<circle cx=${x(value)} cy=${MIDDLE + 16 * lift(i, values.length)} r=${here ? 5 : 3} class="${value >= 0 ? 'help' : 'hurt'} ${here ? 'here' : ''} ${pick ? 'pick' : ''}"
      @click=${() => pick?.(i)}><title>prompt ${i + 1}: ${plus(value)}</title></circle>`;
  }

  function ends({ low, high, zero }: Strip): SVGTemplateResult {
    const nearLow = zero < LABEL;
    const nearHigh = width - 2 * PAD - zero < LABEL;
    return svg`${nearLow ? '' : svg`<text x=${PAD} y="44">${plus(low)}</text>`}${nearHigh ? '' : svg`<text x=${width - PAD} y="44" text-anchor="end">${plus(high)}</text>`}
      <text x=${x(0)} y="44" text-anchor=${nearLow ? 'start' : nearHigh ? 'end' : 'middle'}>0</text>`;
  }
}

function spoken(ordered: readonly number[]): string {
  const [q25, median, q75] = [0.25, 0.5, 0.75].map((q) => plus(quantile(ordered, q)));
  return `Votes on ${ordered.length} prompts from ${plus(ordered[0])} to ${plus(ordered[ordered.length - 1])}; quartiles ${q25}, ${median}, ${q75}`;
}
