import type { PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { CanvasGrid, paintScale } from '../shared/canvas-grid';
import { layerName } from '../shared/format';
import { layout, type Cell, type Geometry, type Viewport } from '../shared/grid-geometry';
import type { LensResult } from '../shared/lens-result';
import type { Metric } from '../shared/metrics';
import type { CanvasTheme } from '../shared/palette';
import { showToken } from '../shared/tokens';
import { TextCache, paint } from './paint';

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
export class HeatGrid extends CanvasGrid {
  @property({ attribute: false }) result?: LensResult;
  @property({ attribute: false }) metric?: Metric;
  @property({ attribute: false }) rows: readonly number[] = [];
  @property({ attribute: false }) selected: LensCell | null = null;
  @property({ attribute: false }) compared: LensCell | null = null;
  @property({ attribute: false }) marked: ReadonlySet<number> = new Set();

  private texts?: TextCache;

  override render() {
    const cell = this.cursor() ?? { row: 0, column: 0 };
    return this.frameWith(cell, this.spoken(cell), true, 'Arrow keys move, C compares, T shows a table.');
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('result')) {
      this.forgetFonts();
    }
    if ((changed.has('selected') || changed.has('rows')) && this.selected) {
      this.showCell(this.selected);
    }
    super.updated(changed);
  }

  /** Scrolls a cell into view, as little as needed. */
  showCell(cell: LensCell): void {
    const at = this.toGrid(cell);
    if (at) {
      this.reveal(at);
    }
  }

  protected override geometry(): Geometry {
    return layout(this.rows.length, this.result?.positionCount ?? 0, this.width, this.cellHeight);
  }

  protected override filled(): boolean {
    return !!this.result && !!this.metric && this.rows.length > 0;
  }

  protected override cursor(): Cell | null {
    return this.selected && this.toGrid(this.selected);
  }

  protected override start(): Cell {
    return { row: 0, column: this.geometry().columns - 1 };
  }

  protected override forgetFonts(): void {
    this.texts = undefined;
  }

  private get textSize(): number {
    const narrow = this.geometry().cellWidth < 46;
    return narrow ? 9 : this.cellHeight >= 24 ? 12 : this.cellHeight >= 20 ? 11 : 10.5;
  }

  protected override paintOn(ctx: CanvasRenderingContext2D, theme: CanvasTheme, g: Geometry, v: Viewport): void {
    this.texts ??= new TextCache(ctx, theme.mono, this.textSize);
    const frame = {
      result: this.result!,
      metric: this.metric!,
      rows: this.rows,
      theme,
      selected: this.cursor(),
      compared: this.compared && this.toGrid(this.compared),
      hovered: this.hovered,
      matches: this.marked,
      values: true,
    };
    paint(ctx, frame, g, v, this.texts);
  }

  protected override paintLegend(ctx: CanvasRenderingContext2D, theme: CanvasTheme, x: number, y: number, family: string): void {
    const { legend, ticks, scale } = this.metric!;
    paintScale(ctx, theme, { fills: theme.ramp.fills, legend, ticks: ticks.map(({ value, label }) => ({ at: scale(value), label })) }, x, y, family);
  }

  private toGrid(cell: LensCell): Cell | null {
    const row = this.rows.indexOf(cell.row);
    return row < 0 || !this.result || cell.position >= this.result.positionCount ? null : { row, column: cell.position };
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

  private toLens(cell: Cell): LensCell {
    return { row: this.rows[cell.row], position: cell.column };
  }

  protected override onPress(cell: Cell, event: MouseEvent): void {
    this.emit(event.ctrlKey || event.metaKey ? 'cell-compare' : 'cell-select', this.toLens(cell));
  }

  protected override onHover(cell: Cell | null): void {
    this.emit('cell-hover', cell && { ...this.toLens(cell), box: this.clientBox(cell) });
  }

  protected override onMove(cell: Cell): void {
    this.emit('cell-select', this.toLens(cell));
  }

  protected override onOtherKey(cell: Cell, event: KeyboardEvent): boolean {
    if (event.key === 'Enter' || event.key === ' ') {
      this.emit('cell-select', this.toLens(cell));
    } else if (event.key === 'c' && !event.ctrlKey && !event.metaKey) {
      this.emit('cell-compare', this.toLens(cell));
    } else {
      return false;
    }
    return true;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'heat-grid': HeatGrid;
  }
}
