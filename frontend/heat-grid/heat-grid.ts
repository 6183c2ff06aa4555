import { LitElement, css, html, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { layerName } from '../shared/format';
import { moveInGrid } from '../shared/keyboard-grid';
import type { LensResult } from '../shared/lens-result';
import type { Metric } from '../shared/metrics';
import { readTheme, type CanvasTheme } from '../shared/palette';
import { sharedStyles } from '../shared/styles';
import { showToken } from '../shared/tokens';
import { boxOf, contentHeight, contentWidth, hit, layout, reveal, type Cell, type Geometry, type Viewport } from './geometry';
import { TextCache, paint, type Frame } from './paint';

/** A cell in the result's own terms. */
export interface LensCell {
  /** Row of the result (0 is the embedding). */
  readonly row: number;
  readonly position: number;
}

/**
 * A heat map of lens layers × tokens on canvas.
 *
 * The final layer is drawn on top and stays there, the embedding is at the bottom; token and layer headers are sticky. Only
 * the visible window is drawn. A cell's text is the layer's own top token, bold where it is the final one.
 *
 * Properties: `result`, `metric` (the colour), `rows` (result rows from the top), `selected`, `compared`, `marked` (ids to
 * mark), `cellHeight`, `maxHeight` (CSS pixels before the body scrolls; 0 = no limit), `heading`.
 * Events: `cell-select`, `cell-compare` (detail: LensCell), `cell-hover` (detail: LensCell and the cell's `box` in client
 * coordinates, or null).
 * Keyboard: arrows, Home, End, PageUp, PageDown (with Ctrl to the edge) select; Enter or Space repeats the selection; `c`
 * keeps the selected cell for comparison.
 */
@customElement('heat-grid')
export class HeatGrid extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; min-width: 0; position: relative; }
      .scroller { position: relative; overflow: auto; width: 100%; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--line-3) transparent; border-radius: 4px; }
      .scroller:focus-visible { outline-offset: 2px; }
      canvas { position: sticky; top: 0; left: 0; display: block; cursor: default; }
      .sizer { min-width: 100%; }
      [role='row'] { position: absolute; }
    `,
  ];

  @property({ attribute: false }) result?: LensResult;
  @property({ attribute: false }) metric?: Metric;
  @property({ attribute: false }) rows: readonly number[] = [];
  @property({ attribute: false }) selected: LensCell | null = null;
  @property({ attribute: false }) compared: LensCell | null = null;
  @property({ attribute: false }) marked: ReadonlySet<number> = new Set();
  @property({ type: Number }) cellHeight = 17;
  @property({ type: Number }) maxHeight = 0;
  @property() heading = 'Lens readings';

  @state() private width = 0;
  private hovered: Cell | null = null;
  private theme?: CanvasTheme;
  private texts?: TextCache;
  private pending = 0;
  /** Milliseconds the last frame took to draw; read by the harness and by browser tests. */
  lastPaintMillis = 0;

  @query('.scroller') private scroller!: HTMLElement;
  @query('canvas') private canvas!: HTMLCanvasElement;

  private readonly resized = new ResizeObserver(() => this.measure());
  private readonly themeWatch = new MutationObserver(() => this.repaintInNewTheme());

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
    this.themeWatch.observe(document.documentElement, { attributes: true, attributeFilter: ['theme', 'class', 'style'] });
    // fonts arrive after the first frame; their widths differ
    document.fonts?.addEventListener('loadingdone', this.repaintInNewTheme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.themeWatch.disconnect();
    document.fonts?.removeEventListener('loadingdone', this.repaintInNewTheme);
    cancelAnimationFrame(this.pending);
    this.pending = 0;
  }

  override render() {
    const g = this.geometry();
    const cell = this.selectedCell() ?? { row: 0, column: 0 };
    return html`
      <div class="scroller" role="grid" tabindex="0" style="height:${this.boxHeight(g)}px"
        aria-label=${this.heading} aria-rowcount=${this.rows.length + 1} aria-colcount=${g.columns + 1}
        aria-activedescendant="cell-${cell.row}-${cell.column}" aria-describedby="how"
        @scroll=${this.schedule} @keydown=${this.onKey} @click=${this.onClick}
        @pointermove=${this.onPointer} @pointerleave=${this.onLeave}>
        <div class="sizer" style="width:${contentWidth(g)}px;height:${contentHeight(g)}px"><canvas aria-hidden="true"></canvas></div>
        <div role="row" class="sr" aria-rowindex=${cell.row + 2}>
          <div role="gridcell" id="cell-${cell.row}-${cell.column}" aria-selected="true" aria-colindex=${cell.column + 2}>${this.spoken(cell)}</div>
        </div>
      </div>
      <span id="how" class="sr">Arrow keys move, C compares, T shows a table.</span>
    `;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('cellHeight') || changed.has('result') || changed.has('width' as keyof HeatGrid)) {
      this.texts = undefined;
    }
    if ((changed.has('selected') || changed.has('rows')) && this.selected) {
      this.showCell(this.selected);
    }
    this.schedule();
  }

  /** Scrolls a cell into view, as little as needed. */
  showCell(cell: LensCell): void {
    const at = this.toGrid(cell);
    if (at && this.scroller) {
      const { scrollX, scrollY } = reveal(this.geometry(), this.viewport(), at);
      this.scroller.scrollLeft = scrollX;
      this.scroller.scrollTop = scrollY;
    }
  }

  override focus(options?: FocusOptions): void {
    this.scroller?.focus(options);
  }

  /** The whole grid (or, where that would be huge, the visible window) as a PNG with title and legend. */
  async picture(title: string): Promise<Blob> {
    const frame = this.frame();
    if (!frame) {
      throw new Error('There is no grid to draw yet.');
    }
    const g = this.geometry();
    const whole = contentWidth(g) <= WIDEST_PICTURE;
    const v = whole ? { scrollX: 0, scrollY: 0, width: contentWidth(g), height: contentHeight(g) } : this.viewport();
    const margin = 16;
    const foot = 34;
    const canvas = document.createElement('canvas');
    const scale = 2;
    const family = getComputedStyle(this).fontFamily;
    const titleFont = `600 13px ${family}`;
    const lines = wrap(canvas.getContext('2d')!, title, titleFont, v.width);
    const head = 14 + 18 * lines.length;
    canvas.width = (v.width + 2 * margin) * scale;
    canvas.height = (v.height + head + foot + margin) * scale;
    const ctx = canvas.getContext('2d')!;
    ctx.scale(scale, scale);
    ctx.fillStyle = frame.theme.surface;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = frame.theme.ink;
    ctx.font = titleFont;
    lines.forEach((line, i) => ctx.fillText(line, margin, 22 + 18 * i));
    ctx.save();
    ctx.translate(margin, head);
    ctx.beginPath();
    ctx.rect(0, 0, v.width, v.height);
    ctx.clip();
    paint(ctx, frame, g, v, new TextCache(ctx, frame.theme.mono, this.textSize));
    ctx.restore();
    legendOn(ctx, frame, margin, v.height + head + 10, family);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not draw the picture.'))), 'image/png'),
    );
  }

  private geometry(): Geometry {
    return layout(this.rows.length, this.result?.positionCount ?? 0, this.width, this.cellHeight);
  }

  private viewport(): Viewport {
    return {
      scrollX: this.scroller.scrollLeft,
      scrollY: this.scroller.scrollTop,
      width: this.scroller.clientWidth,
      height: this.scroller.clientHeight,
    };
  }

  private get textSize(): number {
    const narrow = this.geometry().cellWidth < 46;
    return narrow ? 9 : this.cellHeight >= 24 ? 12 : this.cellHeight >= 20 ? 11 : 10.5;
  }

  /** Room for the whole grid, its horizontal scroll bar included, but not more than allowed. */
  private boxHeight(g: Geometry): number {
    const bar = contentWidth(g) > this.width ? 12 : 0;
    const limit = this.maxHeight > 0 ? this.maxHeight : Infinity;
    return Math.min(contentHeight(g) + bar, Math.max(limit, g.headerHeight + 4 * g.cellHeight));
  }

  private measure(): void {
    this.width = this.clientWidth;
    this.schedule();
  }

  private readonly repaintInNewTheme = (): void => {
    this.theme = undefined;
    this.texts = undefined;
    this.schedule();
  };

  private readonly schedule = (): void => {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  };

  private frame(): Frame | null {
    if (!this.result || !this.metric || this.rows.length === 0) {
      return null;
    }
    this.theme ??= readTheme(this);
    return {
      result: this.result,
      metric: this.metric,
      rows: this.rows,
      theme: this.theme,
      selected: this.selectedCell(),
      compared: this.compared && this.toGrid(this.compared),
      hovered: this.hovered,
      matches: this.marked,
      values: true,
    };
  }

  private draw(): void {
    const frame = this.frame();
    const ctx = this.canvas?.getContext('2d');
    if (!frame || !ctx || this.width === 0) {
      return;
    }
    const started = performance.now();
    const v = this.viewport();
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(v.width * ratio), Math.round(v.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${v.width}px`;
      this.canvas.style.height = `${v.height}px`;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.texts ??= new TextCache(ctx, frame.theme.mono, this.textSize);
    paint(ctx, frame, this.geometry(), v, this.texts);
    this.lastPaintMillis = performance.now() - started;
  }

  private toGrid(cell: LensCell): Cell | null {
    const row = this.rows.indexOf(cell.row);
    return row < 0 || !this.result || cell.position >= this.result.positionCount ? null : { row, column: cell.position };
  }

  private selectedCell(): Cell | null {
    return this.selected && this.toGrid(this.selected);
  }

  private spoken(cell: Cell): string {
    const { result, metric } = this;
    if (!result || !metric || this.rows.length === 0) {
      return '';
    }
    const row = this.rows[cell.row];
    const position = cell.column;
    const layer = row === result.finalRow ? 'final layer' : row === 0 ? 'embedding' : `layer ${layerName(result.layers[row])}`;
    const top = showToken(result.text(result.top1(row, position)));
    const settled = result.layers[row] >= result.summary(position).crystallised ? ', crystallised' : '';
    const answer = result.top1(row, position) === result.finalToken(position) ? ', the final token' : '';
    return `${layer}, position ${position}, ${showToken(result.tokens[position].text)}: top token ${top}${answer}${settled}; ${metric.label} ${metric.format(metric.value(row, position))}`;
  }

  private emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  private toLens(cell: Cell): LensCell {
    return { row: this.rows[cell.row], position: cell.column };
  }

  private hitAt(event: MouseEvent): Cell | null {
    const box = this.scroller.getBoundingClientRect();
    return hit(this.geometry(), this.viewport(), event.clientX - box.left, event.clientY - box.top);
  }

  private readonly onClick = (event: MouseEvent): void => {
    const cell = this.hitAt(event);
    if (cell) {
      this.emit(event.ctrlKey || event.metaKey ? 'cell-compare' : 'cell-select', this.toLens(cell));
    }
  };

  private readonly onPointer = (event: PointerEvent): void => {
    const cell = event.pointerType === 'touch' ? null : this.hitAt(event);
    if (cell?.row === this.hovered?.row && cell?.column === this.hovered?.column) {
      return;
    }
    this.hovered = cell;
    this.schedule();
    this.emit('cell-hover', cell && { ...this.toLens(cell), box: this.clientBox(cell) });
  };

  private readonly onLeave = (): void => {
    if (this.hovered) {
      this.hovered = null;
      this.schedule();
      this.emit('cell-hover', null);
    }
  };

  private clientBox(cell: Cell): DOMRect {
    const origin = this.scroller.getBoundingClientRect();
    const box = boxOf(this.geometry(), this.viewport(), cell);
    return new DOMRect(origin.left + box.x, origin.top + box.y, box.width, box.height);
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const g = this.geometry();
    const at = this.selectedCell() ?? { row: 0, column: g.columns - 1 };
    const page = Math.floor((this.scroller.clientHeight - g.headerHeight) / g.cellHeight) - 2;
    const next = moveInGrid(at, event.key, event.ctrlKey || event.metaKey, { rows: g.rows, columns: g.columns, page });
    if (next) {
      this.emit('cell-select', this.toLens(next));
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.emit('cell-select', this.toLens(at));
    } else if (event.key === 'c' && !event.ctrlKey && !event.metaKey) {
      this.emit('cell-compare', this.toLens(at));
    } else {
      return;
    }
    event.preventDefault();
  };
}

const WIDEST_PICTURE = 8000;

/** Words into lines no wider than the picture. */
function wrap(ctx: CanvasRenderingContext2D, text: string, font: string, width: number): string[] {
  ctx.font = font;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && ctx.measureText(longer).width <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

function legendOn(ctx: CanvasRenderingContext2D, { metric, theme }: Frame, x: number, y: number, family: string): void {
  const steps = theme.ramp.fills.length;
  theme.ramp.fills.forEach((fill, i) => {
    ctx.fillStyle = fill;
    ctx.fillRect(x + (180 * i) / steps, y, 180 / steps + 0.5, 8);
  });
  ctx.fillStyle = theme.ink2;
  ctx.font = `11px ${family}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(metric.legend, x + 192, y + 4);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  ctx.font = `9px ${theme.mono}`;
  for (const tick of metric.ticks) {
    ctx.fillText(tick.label, x + 180 * metric.scale(tick.value), y + 11);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'heat-grid': HeatGrid;
  }
}
