import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { boxOf, contentHeight, contentWidth, hit, reveal, type Cell, type Geometry, type Viewport } from './grid-geometry';
import { moveInGrid } from './keyboard-grid';
import { readTheme, type CanvasTheme } from './palette';
import { sharedStyles } from './styles';

/**
 * What the grids of layers × columns share: a canvas that draws the visible window only, with sticky headers, in a scroller
 * that is a grid for the keyboard and for screen readers.
 *
 * An implementation says where things lie, draws them, and turns what the reader does into its own events. Properties:
 * `cellHeight`, `maxHeight` (CSS pixels before the body scrolls; 0 = no limit), `heading`.
 */
export abstract class CanvasGrid extends LitElement {
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

  @property({ type: Number }) cellHeight = 17;
  @property({ type: Number }) maxHeight = 0;
  @property() heading = '';

  @state() protected width = 0;
  protected hovered: Cell | null = null;
  private theme?: CanvasTheme;
  private pending = 0;
  /** Milliseconds the last frame took to draw; read by the harness and by browser tests. */
  lastPaintMillis = 0;

  @query('.scroller') protected scroller!: HTMLElement;
  @query('canvas') private canvas!: HTMLCanvasElement;

  private readonly resized = new ResizeObserver(() => this.measure());
  private readonly themeWatch = new MutationObserver(() => this.repaintInNewTheme());

  protected abstract geometry(): Geometry;
  /** The cell the keyboard stands on, or null where it stands on none yet. */
  protected abstract cursor(): Cell | null;
  /** Where the keyboard starts when it stands on no cell. */
  protected abstract start(): Cell;
  /** Whether there is anything to draw. */
  protected abstract filled(): boolean;
  protected abstract paintOn(ctx: CanvasRenderingContext2D, theme: CanvasTheme, g: Geometry, v: Viewport): void;
  protected abstract paintLegend(ctx: CanvasRenderingContext2D, theme: CanvasTheme, x: number, y: number, family: string): void;
  /** Called before a frame in another theme or with other fonts. */
  protected abstract forgetFonts(): void;
  protected abstract onMove(cell: Cell, event: KeyboardEvent): void;
  /** Any key that doesn't move; true when it meant something. */
  protected abstract onOtherKey(cell: Cell, event: KeyboardEvent): boolean;
  protected abstract onPress(cell: Cell, event: MouseEvent): void;
  protected abstract onHover(cell: Cell | null): void;

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

  /** The scroller with the canvas, and the current cell in words. */
  protected frameWith(cell: Cell, spoken: string, selected: boolean, how: string): TemplateResult {
    const g = this.geometry();
    return html`
      <div class="scroller" role="grid" tabindex="0" style="height:${this.boxHeight(g)}px"
        aria-label=${this.heading} aria-rowcount=${g.rows + 1} aria-colcount=${g.columns + 1}
        aria-activedescendant="cell-${cell.row}-${cell.column}" aria-describedby="how"
        @scroll=${this.schedule} @keydown=${this.onKey} @click=${this.onClick}
        @pointermove=${this.onPointer} @pointerleave=${this.onLeave}>
        <div class="sizer" style="width:${contentWidth(g)}px;height:${contentHeight(g)}px"><canvas aria-hidden="true"></canvas></div>
        <div role="row" class="sr" aria-rowindex=${cell.row + 2}>
          <div role="gridcell" id="cell-${cell.row}-${cell.column}" aria-selected=${selected} aria-colindex=${cell.column + 2}>${spoken}</div>
        </div>
      </div>
      <span id="how" class="sr">${how}</span>
    `;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('cellHeight') || changed.has('width')) {
      this.forgetFonts();
    }
    this.schedule();
  }

  /** Scrolls a cell of the grid into view, as little as needed. */
  protected reveal(cell: Cell): void {
    if (this.scroller) {
      const { scrollX, scrollY } = reveal(this.geometry(), this.viewport(), cell);
      this.scroller.scrollLeft = scrollX;
      this.scroller.scrollTop = scrollY;
    }
  }

  override focus(options?: FocusOptions): void {
    this.scroller?.focus(options);
  }

  /** The whole grid (or, where that would be huge, the visible window) as a PNG with title and legend. */
  async picture(title: string): Promise<Blob> {
    if (!this.filled()) {
      throw new Error('There is no grid to draw yet.');
    }
    const theme = (this.theme ??= readTheme(this));
    const g = this.geometry();
    const whole = contentWidth(g) <= WIDEST_PICTURE;
    const v = whole ? { scrollX: 0, scrollY: 0, width: Math.max(contentWidth(g), NARROWEST_PICTURE), height: contentHeight(g) } : this.viewport();
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
    ctx.fillStyle = theme.surface;
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = theme.ink;
    ctx.font = titleFont;
    lines.forEach((line, i) => ctx.fillText(line, margin, 22 + 18 * i));
    ctx.save();
    ctx.translate(margin, head);
    ctx.beginPath();
    ctx.rect(0, 0, v.width, v.height);
    ctx.clip();
    this.forgetFonts();
    this.paintOn(ctx, theme, g, v);
    this.forgetFonts();
    ctx.restore();
    this.paintLegend(ctx, theme, margin, v.height + head + 10, family);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not draw the picture.'))), 'image/png'),
    );
  }

  protected viewport(): Viewport {
    return {
      scrollX: this.scroller.scrollLeft,
      scrollY: this.scroller.scrollTop,
      width: this.scroller.clientWidth,
      height: this.scroller.clientHeight,
    };
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
    this.forgetFonts();
    this.schedule();
  };

  protected readonly schedule = (): void => {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  };

  private draw(): void {
    const ctx = this.canvas?.getContext('2d');
    if (!this.filled() || !ctx || this.width === 0) {
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
    this.theme ??= readTheme(this);
    this.paintOn(ctx, this.theme, this.geometry(), v);
    this.lastPaintMillis = performance.now() - started;
  }

  protected emit(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Where a cell lies in the window, for what floats beside it. */
  protected clientBox(cell: Cell): DOMRect {
    const origin = this.scroller.getBoundingClientRect();
    const box = boxOf(this.geometry(), this.viewport(), cell);
    return new DOMRect(origin.left + box.x, origin.top + box.y, box.width, box.height);
  }

  private hitAt(event: MouseEvent): Cell | null {
    const box = this.scroller.getBoundingClientRect();
    return hit(this.geometry(), this.viewport(), event.clientX - box.left, event.clientY - box.top);
  }

  private readonly onClick = (event: MouseEvent): void => {
    const cell = this.hitAt(event);
    if (cell) {
      this.onPress(cell, event);
    }
  };

  private readonly onPointer = (event: PointerEvent): void => {
    const cell = event.pointerType === 'touch' ? null : this.hitAt(event);
    if (cell?.row === this.hovered?.row && cell?.column === this.hovered?.column) {
      return;
    }
    this.hovered = cell;
    this.schedule();
    this.onHover(cell);
  };

  private readonly onLeave = (): void => {
    if (this.hovered) {
      this.hovered = null;
      this.schedule();
      this.onHover(null);
    }
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const g = this.geometry();
    const at = this.cursor() ?? this.start();
    const page = Math.floor((this.scroller.clientHeight - g.headerHeight) / g.cellHeight) - 2;
    const next = moveInGrid(at, event.key, event.ctrlKey || event.metaKey, { rows: g.rows, columns: g.columns, page });
    if (next) {
      this.onMove(next, event);
    } else if (!this.onOtherKey(at, event)) {
      return;
    }
    event.preventDefault();
  };
}

const WIDEST_PICTURE = 8000;
const NARROWEST_PICTURE = 420;

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

/** A colour bar with its sentence and ticks, for pictures. `at` is a tick's place on the bar, 0 … 1. */
export function paintScale(
  ctx: CanvasRenderingContext2D,
  theme: CanvasTheme,
  scale: { fills: readonly string[]; legend: string; ticks: readonly { at: number; label: string }[] },
  x: number,
  y: number,
  family: string,
): void {
  const steps = scale.fills.length;
  scale.fills.forEach((fill, i) => {
    ctx.fillStyle = fill;
    ctx.fillRect(x + (180 * i) / steps, y, 180 / steps + 0.5, 8);
  });
  ctx.fillStyle = theme.ink2;
  ctx.font = `11px ${family}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillText(scale.legend, x + 192, y + 4);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  ctx.font = `9px ${theme.mono}`;
  for (const tick of scale.ticks) {
    ctx.fillText(tick.label, x + 180 * tick.at, y + 11);
  }
}

/** Outline of a cell, inside its box. */
export function outline(ctx: CanvasRenderingContext2D, box: { x: number; y: number; width: number; height: number }, colour: string, width: number, dash: readonly number[] = []): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash([...dash]);
  ctx.beginPath();
  ctx.roundRect(box.x + width / 2, box.y + width / 2, box.width - width, box.height - width, 2);
  ctx.stroke();
  ctx.setLineDash([]);
}

export function clipTo(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  ctx.beginPath();
  ctx.rect(x, y, Math.max(0, width), Math.max(0, height));
  ctx.clip();
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** The longest beginning of a text that fits a width in the context's present font, the cut marked with `…`. */
export function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  const points = [...text].slice(0, 64);
  let shown = points.join('');
  for (let n = points.length - 1; n > 0 && ctx.measureText(shown).width > width; n--) {
    shown = points.slice(0, n).join('') + '…';
  }
  return shown;
}
