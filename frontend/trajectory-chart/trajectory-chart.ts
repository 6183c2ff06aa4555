import { LitElement, css, html, nothing, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { fixed, layerName, rank } from '../shared/format';
import { seriesStyle } from '../shared/palette';
import { sharedStyles } from '../shared/styles';
import { showToken } from '../shared/tokens';
import { layerAt, layerTicks, segments, valueTicks, xOf, yOf, type Mode, type Plot } from './scale';

/** One token's way through the layers. `values` run with the chart's `layers`; null where the result doesn't know. */
export interface Trajectory {
  readonly id: number;
  readonly text: string;
  readonly logProbs: readonly (number | null)[];
  readonly ranks: readonly (number | null)[];
  /** Known at every layer; else only where it was in a layer's top-k. */
  readonly exact: boolean;
  /** May be taken off the chart. */
  readonly removable: boolean;
}

/**
 * Log-probability or rank of tokens over the layers at one position.
 *
 * Properties: `layers` (bottom-up), `trajectories`, `mode` (`logProb` or `rank`), `vocabulary`, `crystallised`, `layer` (the
 * selected one), `topK`. Events: `layer-select` (detail: layer), `trajectory-remove` (detail: id).
 * Keyboard: with the chart focused, Left and Right move through the layers, Home and End to its ends. A table of the same
 * numbers follows for screen readers.
 */
@customElement('trajectory-chart')
export class TrajectoryChart extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; min-width: 0; font-variant-ligatures: none; }
      .plot { position: relative; outline-offset: 3px; border-radius: 4px; }
      svg { display: block; width: 100%; overflow: visible; }
      text { font-family: var(--mono); font-size: 10px; fill: var(--ink-3); }
      .note { paint-order: stroke; stroke: var(--surface); stroke-width: 5px; fill: var(--ink-2); }
      .gridline { stroke: var(--line-2); }
      .here { stroke: var(--accent); stroke-width: 1; }
      .settled { stroke: var(--ink-3); stroke-dasharray: 3 3; }
      .cursor { stroke: var(--line-3); }
      polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
      .keys { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 8px; }
      .keys .chip { padding-inline: 8px; }
      .keys svg { width: 18px; height: 8px; flex: none; }
      .keys .mono { color: var(--ink); }
      .keys output { font-variant-numeric: tabular-nums; color: var(--ink-2); min-width: 44px; text-align: right; }
      .keys button { all: unset; cursor: pointer; color: var(--ink-3); padding: 0 2px; border-radius: 4px; }
      .keys button:hover { color: var(--ink); }
      .keys button:focus-visible { outline: 2px solid var(--accent); }
    `,
  ];

  @property({ attribute: false }) layers: readonly number[] = [];
  @property({ attribute: false }) trajectories: readonly Trajectory[] = [];
  @property() mode: Mode = 'logProb';
  @property({ type: Number }) vocabulary = 50_000;
  @property({ type: Number }) crystallised: number | null = null;
  @property({ type: Number }) layer: number | null = null;
  @property({ type: Number }) topK = 10;
  @property({ type: Number }) height = 168;

  @state() private width = 0;
  @state() private pointed: number | null = null;
  @query('.plot') private plotBox!: HTMLElement;

  private readonly resized = new ResizeObserver(() => (this.width = this.clientWidth));

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override render() {
    const shown = this.pointed ?? this.layer;
    return html`
      <div class="keys">${this.trajectories.map((trajectory, i) => this.key(trajectory, i, shown))}</div>
      <div class="plot" role="slider" tabindex="0" aria-label="Layer of the trajectory chart" aria-valuemin=${this.layers[0] ?? 0}
        aria-valuemax=${this.lastLayer} aria-valuenow=${this.layer ?? this.lastLayer} aria-valuetext=${this.spoken(this.layer ?? this.lastLayer)}
        @pointermove=${this.onPointer} @pointerleave=${() => (this.pointed = null)} @click=${this.onClick} @keydown=${this.onKey}>
        ${this.width > 0 ? this.drawing() : nothing}
      </div>
      ${this.table()}
    `;
  }

  private get lastLayer(): number {
    return this.layers[this.layers.length - 1] ?? 0;
  }

  private plot(): Plot {
    return { width: this.width, height: this.height, left: 40, right: 14, top: 8, bottom: 22 };
  }

  private drawing() {
    const plot = this.plot();
    const last = this.lastLayer;
    const floor = plot.height - plot.bottom;
    const vertical = (layer: number, name: string) =>
      svg`<line class=${name} x1=${xOf(plot, layer, last)} x2=${xOf(plot, layer, last)} y1=${plot.top} y2=${floor} />`;
    return html`<svg viewBox="0 0 ${plot.width} ${plot.height}" height=${plot.height} aria-hidden="true">
      ${valueTicks(this.mode, this.vocabulary).map(({ value, label }) => {
        const y = yOf(plot, this.mode, value, this.vocabulary);
        return svg`<line class="gridline" x1=${plot.left} x2=${plot.width - plot.right} y1=${y} y2=${y} /><text x=${plot.left - 7} y=${y + 3} text-anchor="end">${label}</text>`;
      })}
      ${layerTicks(last, plot.width - plot.left).map((layer) => svg`<text x=${xOf(plot, layer, last)} y=${plot.height - 5} text-anchor="middle">${layer}</text>`)}
      ${this.layer === null ? nothing : vertical(this.layer, 'here')}
      ${this.pointed === null ? nothing : vertical(this.pointed, 'cursor')}
      ${this.crystallised === null ? nothing : this.settledMark(plot, this.crystallised)}
      ${[...this.trajectories.keys()].reverse().map((i) => this.line(plot, i))}
    </svg>`;
  }

  private settledMark(plot: Plot, layer: number) {
    const x = xOf(plot, layer, this.lastLayer);
    const onLeft = x > plot.width / 2;
    return svg`<line class="settled" x1=${x} x2=${x} y1=${plot.top - 4} y2=${plot.height - plot.bottom} />
      <text class="note" x=${x + (onLeft ? -6 : 6)} y=${plot.top + 4} text-anchor=${onLeft ? 'end' : 'start'}>crystallised ${layerName(layer)}</text>`;
  }

  private line(plot: Plot, index: number) {
    const values = this.values(this.trajectories[index]);
    const { colour, dash } = seriesStyle(index);
    const point = (i: number) => [xOf(plot, this.layers[i], this.lastLayer), yOf(plot, this.mode, values[i]!, this.vocabulary)];
    const shown = this.layers.indexOf(this.pointed ?? this.layer ?? -1);
    const dot = (i: number, r: number) => {
      const [x, y] = point(i);
      return svg`<circle cx=${x} cy=${y} r=${r} fill=${colour} stroke="var(--surface)" stroke-width="1.5" />`;
    };
    return svg`${segments(values).map((line) =>
      line.length === 1
        ? dot(line[0], 3)
        : svg`<polyline stroke=${colour} stroke-dasharray=${dash || 'none'} points=${line.map((i) => point(i).map((n) => n.toFixed(1)).join(',')).join(' ')} />`,
    )}${shown >= 0 && values[shown] !== null && values[shown] !== undefined ? dot(shown, 4) : nothing}`;
  }

  private key(trajectory: Trajectory, index: number, shown: number | null) {
    const { colour, dash } = seriesStyle(index);
    const name = showToken(trajectory.text);
    return html`<span class="chip" title=${trajectory.exact ? `id ${trajectory.id}` : `id ${trajectory.id}; known only where it was in a layer's top ${this.topK}, gaps elsewhere. Track it in a new run for every layer.`}>
      <svg viewBox="0 0 18 8" aria-hidden="true"><line x1="1" x2="17" y1="4" y2="4" stroke=${colour} stroke-width="2.5" stroke-dasharray=${dash || 'none'} stroke-linecap="round" /></svg>
      <span class="mono">${name}</span>${trajectory.exact ? nothing : html`<span class="muted">in top ${this.topK}</span>`}
      <output>${shown === null ? '' : this.write(trajectory, shown)}</output>
      ${trajectory.removable ? html`<button aria-label="Unpin ${name}" @click=${() => this.emit('trajectory-remove', trajectory.id)}>✕</button>` : nothing}
    </span>`;
  }

  private values(trajectory: Trajectory): readonly (number | null)[] {
    return this.mode === 'logProb' ? trajectory.logProbs : trajectory.ranks;
  }

  private write(trajectory: Trajectory, layer: number): string {
    const value = this.values(trajectory)[this.layers.indexOf(layer)];
    if (value === null || value === undefined) {
      return `> ${this.topK}`;
    }
    return this.mode === 'logProb' ? fixed(value) : `#${rank(value)}`;
  }

  private spoken(layer: number): string {
    const values = this.trajectories.map((t) => `${showToken(t.text)} ${this.write(t, layer)}`).join(', ');
    return `layer ${layerName(layer)}: ${values}`;
  }

  private table() {
    return html`<table class="sr"><caption>${this.mode === 'logProb' ? 'Log-probability in nats' : 'Rank'} by layer</caption>
      <tr><th scope="col">layer</th>${this.trajectories.map((t) => html`<th scope="col">${showToken(t.text)}</th>`)}</tr>
      ${this.layers.map((layer) => html`<tr><th scope="row">${layerName(layer)}</th>${this.trajectories.map((t) => html`<td>${this.write(t, layer)}</td>`)}</tr>`)}
    </table>`;
  }

  private emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  private layerUnder(event: MouseEvent): number {
    return layerAt(this.plot(), event.clientX - this.plotBox.getBoundingClientRect().left, this.layers);
  }

  private readonly onPointer = (event: PointerEvent): void => {
    this.pointed = this.layerUnder(event);
  };

  private readonly onClick = (event: MouseEvent): void => {
    this.emit('layer-select', this.layerUnder(event));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const at = this.layers.indexOf(this.layer ?? this.lastLayer);
    const last = this.layers.length - 1;
    const target = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: last }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.emit('layer-select', this.layers[Math.max(0, Math.min(last, target))]);
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'trajectory-chart': TrajectoryChart;
  }
}
