import { clipTo, fitText, outline, range } from '../shared/canvas-grid';
import { boxOf, columnLeft, rowTop, visible, type Cell, type Geometry, type Viewport } from '../shared/grid-geometry';
import type { CanvasTheme, Ramp } from '../shared/palette';
import type { ValueCells } from './values';

/** Everything one frame of the grid depends on. */
export interface ValueFrame {
  readonly cells: ValueCells;
  readonly theme: CanvasTheme;
  readonly ramp: Ramp;
  readonly focused: Cell | null;
  readonly hovered: Cell | null;
  chosen(row: number, column: number): boolean;
}

const NARROWEST_TEXT = 27;

/** Draws the visible window of a grid without sticky rows. */
export function paintValues(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport, labels: LabelCache): void {
  ctx.fillStyle = frame.theme.surface;
  ctx.fillRect(0, 0, v.width, v.height);
  const window = visible(g, v);
  const rows = range(window.fromRow, window.toRow);
  const columns = range(window.fromColumn, window.toColumn);
  ctx.save();
  clipTo(ctx, g.axisWidth, g.headerHeight, v.width - g.axisWidth, v.height - g.headerHeight);
  bodies(ctx, frame, g, v, rows, columns, labels);
  marks(ctx, frame, g, v, rows, columns);
  ctx.restore();
  header(ctx, frame, g, v, columns, labels);
  axis(ctx, frame, g, v, rows);
  edges(ctx, frame, g, v);
}

function bodies(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport, rows: readonly number[], columns: readonly number[], labels: LabelCache): void {
  const { cells, ramp } = frame;
  ctx.font = labels.font;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const row of rows) {
    for (const column of columns) {
      const value = cells.value(row, column);
      const box = boxOf(g, v, { row, column });
      if (Number.isNaN(value)) {
        continue;
      }
      const step = ramp.index(cells.scale(value) * (cells.weight?.(row, column) ?? 1));
      ctx.fillStyle = ramp.fills[step];
      ctx.beginPath();
      ctx.roundRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2, 3);
      ctx.fill();
      const text = g.cellWidth >= NARROWEST_TEXT ? cells.text(row, column) : '';
      if (text) {
        ctx.fillStyle = ramp.inks[step];
        ctx.fillText(text, box.x + box.width / 2, box.y + box.height / 2 + 0.5);
      }
    }
  }
}

/** Selected cells are framed in ink, the focused one in the accent; both together are told apart by the pale line between. */
function marks(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport, rows: readonly number[], columns: readonly number[]): void {
  const { theme } = frame;
  for (const row of rows) {
    for (const column of columns) {
      if (frame.chosen(row, column)) {
        const box = boxOf(g, v, { row, column });
        outline(ctx, inset(box, 0), theme.surface, 1);
        outline(ctx, inset(box, 0.5), theme.ink, 2);
      }
    }
  }
  if (frame.hovered) {
    outline(ctx, inset(boxOf(g, v, frame.hovered), 0.5), theme.ink3, 1);
  }
  if (frame.focused) {
    const box = boxOf(g, v, frame.focused);
    const both = frame.chosen(frame.focused.row, frame.focused.column);
    outline(ctx, inset(box, both ? -1.5 : 0), theme.accent, 2);
    outline(ctx, inset(box, both ? 2.5 : 2), theme.surface, 1);
  }
}

function inset(box: { x: number; y: number; width: number; height: number }, by: number) {
  return { x: box.x + by, y: box.y + by, width: box.width - 2 * by, height: box.height - 2 * by };
}

function header(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport, columns: readonly number[], labels: LabelCache): void {
  const { theme, cells } = frame;
  const two = cells.columnHints.length > 0;
  ctx.save();
  clipTo(ctx, g.axisWidth, 0, v.width - g.axisWidth, g.headerHeight);
  ctx.fillStyle = theme.surface;
  ctx.fillRect(0, 0, v.width, g.headerHeight);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  for (const column of columns) {
    const middle = columnLeft(g, column, v.scrollX) + g.cellWidth / 2;
    const here = frame.focused?.column === column;
    if (two) {
      ctx.font = `9px ${theme.mono}`;
      ctx.fillStyle = here ? theme.accent : theme.ink3;
      ctx.fillText(cells.columnHints[column], middle, 8);
    }
    ctx.font = `${here ? '700 ' : ''}${labels.size}px ${theme.mono}`;
    ctx.fillStyle = here ? theme.accent : two ? theme.ink2 : theme.ink3;
    ctx.fillText(labels.of(cells.columnLabels[column], g.cellWidth - 3), middle, two ? 20 : g.headerHeight / 2);
  }
  ctx.restore();
}

function axis(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport, rows: readonly number[]): void {
  const { theme, cells } = frame;
  ctx.save();
  clipTo(ctx, 0, g.headerHeight, g.axisWidth, v.height);
  ctx.fillStyle = theme.surface;
  ctx.fillRect(0, g.headerHeight, g.axisWidth, v.height);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  for (const row of rows) {
    const here = frame.focused?.row === row;
    ctx.font = `${here ? '700 ' : ''}10px ${theme.mono}`;
    ctx.fillStyle = here ? theme.accent : theme.ink3;
    ctx.fillText(cells.rowLabels[row], g.axisWidth - 7, rowTop(g, row, v.scrollY) + g.cellHeight / 2 + 0.5);
  }
  ctx.restore();
  ctx.fillStyle = theme.surface;
  ctx.fillRect(0, 0, g.axisWidth, g.headerHeight);
}

/** A hairline where something has scrolled under the headers. */
function edges(ctx: CanvasRenderingContext2D, frame: ValueFrame, g: Geometry, v: Viewport): void {
  ctx.fillStyle = frame.theme.line;
  if (v.scrollY > 0) {
    ctx.fillRect(0, g.headerHeight - 0.5, v.width, 1);
  }
  if (v.scrollX > 0) {
    ctx.fillRect(g.axisWidth - 1, 0, 1, v.height);
  }
}

/** Column labels cut to a width, measured once. */
export class LabelCache {
  private readonly cut = new Map<string, string>();
  readonly font: string;

  constructor(
    private readonly ctx: CanvasRenderingContext2D,
    family: string,
    readonly size: number,
  ) {
    this.font = `${size}px ${family}`;
  }

  /** Measured in the context's present font, which has to be a label's. */
  of(label: string, width: number): string {
    const key = `${label}/${width}`;
    let text = this.cut.get(key);
    if (text === undefined) {
      text = fitText(this.ctx, label, width);
      this.cut.set(key, text);
    }
    return text;
  }
}
