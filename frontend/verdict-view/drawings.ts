import { html, svg, nothing, type TemplateResult } from 'lit';
import { fixed } from '../shared/format';
import { domainOf, faithfulnessGap, histogram, kept, levels, ticks } from './figures';
import { isUndefined, type Verdict } from './verdict';
import { share } from './words';

const NULL_HEIGHT = 252;
const SCATTER_HEIGHT = 300;
const CHARACTER = 6.4;

/** What random circuits keep, with the claim, the model and the empty circuit marked; the band is as close to the model as the claim. */
export function nullChart(verdict: Verdict, values: readonly number[], width: number): TemplateResult {
  const { model, circuit, empty } = verdict.sufficiency;
  const marks = [
    { at: circuit, label: 'the claim', name: 'claim' },
    { at: model, label: 'the model', name: 'model' },
    { at: empty, label: 'nothing kept', name: 'empty' },
  ].filter((mark) => Number.isFinite(mark.at));
  const domain = domainOf([...values, ...marks.map((mark) => mark.at)]);
  const [left, right, bottom] = [12, 12, NULL_HEIGHT - 36];
  const x = (value: number) => left + ((value - domain[0]) / (domain[1] - domain[0])) * (width - left - right);
  const gap = faithfulnessGap(model, circuit);
  const bins = histogram(values, domain, Math.max(12, Math.min(40, Math.floor(width / 15))), (value) => faithfulnessGap(model, value) <= gap);
  const lines = levels(marks.map((mark) => clampLabel(x(mark.at), mark.label, width)), marks.map((mark) => mark.label.length * CHARACTER + 10));
  const top = 16 * (Math.max(...lines) + 1) + 10;
  const labelAt = (i: number) => 14 + 16 * (Math.max(...lines) - lines[i]);
  const tallest = Math.max(1, ...bins.map((bin) => bin.count));
  const height = (count: number) => (count / tallest) * (bottom - top - 6);
  const band = [Math.max(domain[0], model - gap), Math.min(domain[1], model + gap)].map(x);
  return html`<svg class="chart" width=${width} height=${NULL_HEIGHT} viewBox="0 0 ${width} ${NULL_HEIGHT}" role="img" aria-label="Histogram of ${values.length} random circuits by the mean logit difference they keep; the claim keeps ${fixed(circuit)}, the model has ${fixed(model)}, with nothing kept it is ${fixed(empty)}">
    ${svg`<rect class="band" x=${band[0]} y=${top} width=${Math.max(0, band[1] - band[0])} height=${bottom - top}></rect>`}
    ${bins.map((bin) => {
      const [from, to] = [x(bin.from) + 0.75, x(bin.to) - 0.75];
      return bin.count === 0
        ? nothing
        : svg`<g data-tip=${`${bin.count} of ${values.length} keep ${fixed(bin.from)} to ${fixed(bin.to)}${bin.close > 0 ? `; ${bin.close} come as close to the model as the claim` : ''}`}>
            <rect x=${from} y=${top} width=${to - from} height=${bottom - top} fill="transparent"></rect>
            <rect class="bin" x=${from} y=${bottom - height(bin.count)} width=${to - from} height=${height(bin.count)} rx="1.5"></rect>
            <rect class="bin close" x=${from} y=${bottom - height(bin.close)} width=${to - from} height=${height(bin.close)} rx="1.5"></rect></g>`;
    })}
    ${svg`<line class="axis" x1=${left} x2=${width - right} y1=${bottom} y2=${bottom}></line>`}
    ${ticks(domain[0], domain[1], width / 90).map((tick) => svg`<line class="axis" x1=${x(tick)} x2=${x(tick)} y1=${bottom} y2=${bottom + 4}></line><text class="tick" x=${x(tick)} y=${bottom + 16} text-anchor="middle">${plain(tick)}</text>`)}
    ${marks.map((mark, i) => svg`<line class="mark ${mark.name}" x1=${x(mark.at)} x2=${x(mark.at)} y1=${labelAt(i) + 5} y2=${bottom}></line>`)}
    ${marks.map((mark, i) => svg`<text class="mark ${mark.name}" x=${clampLabel(x(mark.at), mark.label, width)} y=${labelAt(i)} text-anchor="middle">${mark.label}</text>`)}
    ${svg`<text class="tick" x=${width - right} y=${NULL_HEIGHT - 4} text-anchor="end">mean logit difference with all else ablated</text>`}
  </svg>`;
}

function clampLabel(at: number, label: string, width: number): number {
  const half = (label.length * CHARACTER) / 2;
  return Math.max(half + 1, Math.min(width - half - 1, at));
}

/** One point per prompt: the model's difference against the circuit's. On the dashed line a prompt keeps everything. */
export function scatter(verdict: Verdict, width: number): TemplateResult {
  const points = verdict.examples.filter((example) => Number.isFinite(example.model) && Number.isFinite(example.circuit));
  const threshold = verdict.thresholds['sufficiency'];
  const xs = domainOf([0, ...points.map((point) => point.model)]);
  const ys = domainOf([0, ...points.map((point) => point.circuit), ...points.map((point) => point.model)]);
  const [left, right, top, bottom] = [38, 14, 12, SCATTER_HEIGHT - 38];
  const x = (value: number) => left + ((value - xs[0]) / (xs[1] - xs[0])) * (width - left - right);
  const y = (value: number) => bottom - ((value - ys[0]) / (ys[1] - ys[0])) * (bottom - top);
  const ray = (slope: number, name: string) => {
    // from the lower end to where it leaves the plot
    const end = slope > 0 ? Math.min(xs[1], ys[1] / slope) : xs[1];
    const start = Math.max(xs[0], slope > 0 ? ys[0] / slope : xs[0]);
    return svg`<line class=${name} x1=${x(start)} y1=${y(start * slope)} x2=${x(end)} y2=${y(end * slope)}></line>`;
  };
  return html`<svg class="chart" width=${width} height=${SCATTER_HEIGHT} viewBox="0 0 ${width} ${SCATTER_HEIGHT}" role="img" aria-label="${points.length} prompts: the circuit's logit difference against the model's">
    ${ticks(xs[0], xs[1], width / 80).map((tick) => svg`<line class="rule" x1=${x(tick)} x2=${x(tick)} y1=${top} y2=${bottom}></line><text class="tick" x=${x(tick)} y=${bottom + 15} text-anchor="middle">${plain(tick)}</text>`)}
    ${ticks(ys[0], ys[1], 5).map((tick) => svg`<line class="rule" x1=${left} x2=${width - right} y1=${y(tick)} y2=${y(tick)}></line><text class="tick" x=${left - 6} y=${y(tick) + 3.5} text-anchor="end">${plain(tick)}</text>`)}
    ${svg`<line class="axis" x1=${left} x2=${width - right} y1=${y(0)} y2=${y(0)}></line><line class="axis" x1=${x(0)} x2=${x(0)} y1=${top} y2=${bottom}></line>`}
    ${ray(1, 'whole')} ${threshold > 0 ? ray(threshold, 'asked') : nothing}
    ${points.map((point) => {
      const open = isUndefined(point, verdict.minDifference);
      const below = !open && threshold > 0 && kept(point) < threshold;
      const tip = `${point.prompt || 'A prompt'} — model ${fixed(point.model)}, circuit ${fixed(point.circuit)}${open ? ': too small a difference for a ratio' : `: ${share(kept(point))} kept`}`;
      return svg`<circle class="point ${open ? 'open' : below ? 'below' : ''}" cx=${x(point.model)} cy=${y(point.circuit)} r="4.5" data-tip=${tip}></circle>`;
    })}
    ${svg`<text class="tick" x=${width - right} y=${SCATTER_HEIGHT - 6} text-anchor="end">the model’s logit difference</text><text class="tick" x=${left + 6} y=${top + 8}>the circuit’s</text>`}
  </svg>`;
}

/** A signed bar in a table's cell: from the zero line, in per cent of the cell. */
export function bar(value: number, extent: readonly [number, number], className: string): TemplateResult {
  const at = (v: number) => (100 * (v - extent[0])) / (extent[1] - extent[0]);
  const [from, to] = [at(Math.min(0, value)), at(Math.max(0, value))];
  return html`<i class="${className} ${value < 0 ? 'hurts' : 'helps'}" style="left:${from.toFixed(2)}%;width:${Math.max(0.6, to - from).toFixed(2)}%"></i>`;
}

/** A share on a track from 0 to at least 100 %, with its interval and what was required at least (and at most). */
export function track(value: number, options: { ci?: readonly [number, number] | null; required?: number; most?: number }): TemplateResult {
  const top = Math.max(1, value, options.ci?.[1] ?? 0) * 1.02;
  const at = (v: number) => `${((100 * Math.max(0, v)) / top).toFixed(2)}%`;
  const held = (options.required === undefined || value >= options.required) && !(value > (options.most ?? Infinity));
  return html`<div class="track" aria-hidden="true"><i class=${held ? '' : 'short'} style="width:${at(Number.isFinite(value) ? value : 0)}"></i>
    ${options.ci ? html`<u style="left:${at(options.ci[0])};width:calc(${at(options.ci[1])} - ${at(options.ci[0])})"></u>` : nothing}
    ${options.required === undefined ? nothing : html`<b style="left:${at(options.required)}"></b>`}</div>`;
}

function plain(value: number): string {
  return fixed(value, Number.isInteger(Math.round(value * 1e6) / 1e6) ? 0 : Math.abs(value) < 0.1 ? 2 : 1);
}
