import type { PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { CanvasGrid, paintScale } from '../shared/canvas-grid';
import { layout, type Cell, type Geometry, type Viewport } from '../shared/grid-geometry';
import type { CanvasTheme } from '../shared/palette';
import { LabelCache, paintValues } from './paint';
import { rampOf, tickPlace, type ValueCells } from './values';

/**
 * A heat map of values by layer and column on canvas, with a focused cell and, where the page wants it, a selection.
 *
 * Properties: `cells`, `focused` (the cell the keyboard stands on), `chosen` (selected cells as `row * columns + column`),
 * `speak` (a cell in words), `selectable`.
 * Events: `cell-focus` (detail: Cell), `cell-hover` (detail: Cell with its `box` in client coordinates, or null) and, where
 * `selectable`, `cell-toggle` (Cell), `cell-range` ({from, to}), `row-toggle` (Cell).
 * Keyboard: arrows, Home, End, PageUp, PageDown (with Ctrl to the edge) move; Space or Enter toggles, Shift with a moving key
 * selects the range, `a` toggles the row.
 */
@customElement('value-grid')
export class ValueGrid extends CanvasGrid {
  @property({ attribute: false }) cells?: ValueCells;
  @property({ attribute: false }) focused: Cell | null = null;
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();
  @property({ attribute: false }) speak: (cell: Cell) => string = () => '';
  @property({ type: Boolean }) selectable = false;

  private labels?: LabelCache;
  private anchor: Cell | null = null;

  override render() {
    const cell = this.focused ?? this.start();
    const how = this.selectable ? 'Arrow keys move, Space selects, Shift with arrows selects a range, A selects the row, Escape clears, slash types components.' : 'Arrow keys move, T shows a table.';
    return this.frameWith(cell, this.filled() ? this.speak(cell) : '', this.chosen.has(this.indexOf(cell)), how);
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('cells')) {
      this.forgetFonts();
    }
    if ((changed.has('focused') || changed.has('cells')) && this.focused) {
      this.reveal(this.focused);
    }
    super.updated(changed);
  }

  protected override geometry(): Geometry {
    return layout(this.cells?.rowLabels.length ?? 0, this.cells?.columnLabels.length ?? 0, this.width, this.cellHeight, { stickyRows: 0, ...this.cells?.layout });
  }

  protected override filled(): boolean {
    return !!this.cells && this.cells.rowLabels.length > 0;
  }

  protected override cursor(): Cell | null {
    return this.focused;
  }

  protected override start(): Cell {
    return { row: 0, column: 0 };
  }

  protected override forgetFonts(): void {
    this.labels = undefined;
  }

  protected override paintOn(ctx: CanvasRenderingContext2D, theme: CanvasTheme, g: Geometry, v: Viewport): void {
    this.labels ??= new LabelCache(ctx, theme.mono, g.cellWidth < 35 ? 9 : 10);
    const cells = this.cells!;
    paintValues(ctx, { cells, theme, ramp: rampOf(theme, cells), focused: this.focused, hovered: this.hovered, chosen: (row, column) => this.chosen.has(row * g.columns + column) }, g, v, this.labels);
  }

  protected override paintLegend(ctx: CanvasRenderingContext2D, theme: CanvasTheme, x: number, y: number, family: string): void {
    const cells = this.cells!;
    const ticks = cells.ticks.map(({ value, label }) => ({ at: tickPlace(cells, value), label }));
    paintScale(ctx, theme, { fills: rampOf(theme, cells).fills, legend: cells.legend, ticks }, x, y, family);
  }

  protected override onMove(cell: Cell, event: KeyboardEvent): void {
    if (this.selectable && event.shiftKey) {
      this.anchor ??= this.focused ?? this.start();
      this.emit('cell-range', { from: this.anchor, to: cell });
    } else {
      this.anchor = null;
    }
    this.emit('cell-focus', cell);
  }

  protected override onOtherKey(cell: Cell, event: KeyboardEvent): boolean {
    if (!this.selectable || event.ctrlKey || event.metaKey || event.altKey) {
      return false;
    }
    if (event.key === ' ' || event.key === 'Enter') {
      this.anchor = cell;
      this.emit('cell-toggle', cell);
    } else if (event.key === 'a') {
      this.emit('row-toggle', cell);
    } else {
      return false;
    }
    return true;
  }

  protected override onPress(cell: Cell, event: MouseEvent): void {
    if (this.selectable && event.shiftKey) {
      this.emit('cell-range', { from: this.anchor ?? this.focused ?? cell, to: cell });
    } else if (this.selectable) {
      this.anchor = cell;
      this.emit('cell-toggle', cell);
    }
    this.emit('cell-focus', cell);
  }

  protected override onHover(cell: Cell | null): void {
    this.emit('cell-hover', cell && { ...cell, box: this.clientBox(cell) });
  }

  private indexOf(cell: Cell): number {
    return cell.row * (this.cells?.columnLabels.length ?? 0) + cell.column;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'value-grid': ValueGrid;
  }
}
