import { clipTo, fitText, outline, range } from '../shared/canvas-grid';
import { layerName } from '../shared/format';
import { boxOf, columnLeft, rowTop, visible, type Cell, type Geometry, type Viewport } from '../shared/grid-geometry';
import type { LensResult } from '../shared/lens-result';
import type { Metric } from '../shared/metrics';
import type { CanvasTheme } from '../shared/palette';
import { inTop } from '../shared/search';
import { showToken } from '../shared/tokens';

/** Everything one frame of the grid depends on. */
export interface Frame {
  readonly result: LensResult;
  readonly metric: Metric;
  /** Result rows, drawn from the top. */
  readonly rows: readonly number[];
  readonly theme: CanvasTheme;
  readonly selected: Cell | null;
  readonly compared: Cell | null;
  readonly hovered: Cell | null;
  readonly matches: ReadonlySet<number>;
  /** Draw the value beside the token where the cell has room. */
  readonly values: boolean;
}

const WIDE_ENOUGH_FOR_VALUES = 84;
const MARK = 1.5;

/** Draws the visible window. Three passes, so that the canvas changes its font twice and not once per cell. */
export function paint(ctx: CanvasRenderingContext2D, frame: Frame, g: Geometry, v: Viewport, texts: TextCache): void {
  // no ligatures: a token is its characters, and `<|` is two of them
  ctx.textRendering = 'optimizeSpeed';
  ctx.fillStyle = frame.theme.surface;
  ctx.fillRect(0, 0, v.width, v.height);
  const window = visible(g, v);
  const body = range(window.fromRow, window.toRow);
  const columns = range(window.fromColumn, window.toColumn);
  ctx.save();
  clipTo(ctx, g.axisWidth, g.headerHeight + g.cellHeight, v.width - g.axisWidth, v.height - g.headerHeight - g.cellHeight);
  cells(ctx, frame, g, v, body, columns, texts);
  marks(ctx, frame, g, v, columns, window);
  outlines(ctx, frame, g, v, false);
  ctx.restore();
  ctx.save();
  clipTo(ctx, g.axisWidth, g.headerHeight, v.width - g.axisWidth, g.cellHeight);
  ctx.fillStyle = frame.theme.surface;
  ctx.fillRect(g.axisWidth, g.headerHeight, v.width, g.cellHeight);
  cells(ctx, frame, g, v, [0], columns, texts);
  outlines(ctx, frame, g, v, true);
  ctx.restore();
  header(ctx, frame, g, v, columns, texts);
  axis(ctx, frame, g, v, body);
  edges(ctx, frame, g, v);
}

function cells(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  g: Geometry,
  v: Viewport,
  rows: readonly number[],
  columns: readonly number[],
  texts: TextCache,
): void {
  const { result, metric, theme } = frame;
  const withValues = frame.values && g.cellWidth >= WIDE_ENOUGH_FOR_VALUES;
  const searching = frame.matches.size > 0;
  const bold: { text: string; x: number; y: number; ink: string }[] = [];
  ctx.textBaseline = 'middle';
  ctx.textAlign = withValues ? 'left' : 'center';
  ctx.font = texts.font(false);
  for (const line of rows) {
    const row = frame.rows[line];
    const y = rowTop(g, line, v.scrollY);
    for (const column of columns) {
      const x = columnLeft(g, column, v.scrollX);
      const value = metric.value(row, column);
      const step = theme.ramp.index(metric.scale(value));
      const known = Number.isFinite(value);
      ctx.fillStyle = known ? theme.ramp.fills[step] : theme.missing;
      ctx.fillRect(x + 0.5, y + 0.5, g.cellWidth - 1, g.cellHeight - 1);
      const id = result.top1(row, column);
      const won = id === result.finalToken(column);
      const text = texts.of(result, id, withValues ? g.cellWidth - 46 : g.cellWidth - 4);
      const textX = withValues ? x + 7 : x + g.cellWidth / 2;
      const textY = y + g.cellHeight / 2 + 0.5;
      const ink = known ? (won ? theme.ramp.inks[step] : theme.ramp.pale[step]) : theme.ink3;
      if (won) {
        bold.push({ text, x: textX, y: textY, ink });
      } else {
        ctx.fillStyle = ink;
        ctx.fillText(text, textX, textY);
      }
      if (withValues) {
        ctx.textAlign = 'right';
        ctx.fillStyle = known ? theme.ramp.pale[step] : theme.ink3;
        ctx.fillText(metric.short(value), x + g.cellWidth - 7, textY);
        ctx.textAlign = 'left';
      }
      if (searching) {
        found(ctx, frame, row, column, x, y, g);
      }
    }
  }
  ctx.font = texts.font(true);
  for (const { text, x, y, ink } of bold) {
    ctx.fillStyle = ink;
    ctx.fillText(text, x, y);
  }
}

/** A match on top is framed; a match further down the top-k gets a dot. */
function found(ctx: CanvasRenderingContext2D, frame: Frame, row: number, column: number, x: number, y: number, g: Geometry): void {
  if (frame.matches.has(frame.result.top1(row, column))) {
    ctx.strokeStyle = frame.theme.accent;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(x + 1.75, y + 1.75, g.cellWidth - 3.5, g.cellHeight - 3.5);
  } else if (inTop(frame.result, row, column, frame.matches)) {
    ctx.fillStyle = frame.theme.accent;
    ctx.beginPath();
    ctx.arc(x + g.cellWidth - 5, y + g.cellHeight - 5, 2, 0, 7);
    ctx.fill();
  }
}

/**
 * Two marks. A bracket under the first cell from which the final token stays on top. A notch in the upper left corner of the
 * last cell in which another token was on top, held for two layers or more, and was then overwritten.
 */
function marks(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  g: Geometry,
  v: Viewport,
  columns: readonly number[],
  window: { fromRow: number; toRow: number },
): void {
  const { result, theme } = frame;
  for (const column of columns) {
    const summary = result.summary(column);
    const x = columnLeft(g, column, v.scrollX);
    const settled = frame.rows.indexOf(result.rowOfLayer(summary.crystallised));
    if (settled >= 1 && settled >= window.fromRow - 1 && settled <= window.toRow) {
      const y = rowTop(g, settled, v.scrollY) + g.cellHeight;
      ctx.beginPath();
      ctx.moveTo(x + 1.25, y - 5);
      ctx.lineTo(x + 1.25, y - MARK / 2);
      ctx.lineTo(x + g.cellWidth - 1.25, y - MARK / 2);
      ctx.lineTo(x + g.cellWidth - 1.25, y - 5);
      // a pale edge first, so that the bracket is seen on deep cells too
      ctx.strokeStyle = theme.surface;
      ctx.lineWidth = MARK + 2;
      ctx.stroke();
      ctx.strokeStyle = theme.ink;
      ctx.lineWidth = MARK;
      ctx.stroke();
    }
    for (const run of summary.overwritten) {
      const row = run.to > run.from ? frame.rows.indexOf(result.rowOfLayer(run.to)) : -1;
      if (row >= window.fromRow - 1 && row <= window.toRow && row > 0) {
        const y = rowTop(g, row, v.scrollY);
        ctx.fillStyle = theme.ink3;
        ctx.beginPath();
        ctx.moveTo(x + 1, y + 1);
        ctx.lineTo(x + 6, y + 1);
        ctx.lineTo(x + 1, y + 6);
        ctx.fill();
      }
    }
  }
}

function outlines(ctx: CanvasRenderingContext2D, frame: Frame, g: Geometry, v: Viewport, sticky: boolean): void {
  const around = (cell: Cell | null, colour: string, width: number, dash: readonly number[] = []) => {
    if (cell && (cell.row === 0) === sticky) {
      outline(ctx, boxOf(g, v, cell), colour, width, dash);
    }
  };
  around(frame.hovered, frame.theme.ink3, 1);
  around(frame.compared, frame.theme.surface, 2);
  around(frame.compared, frame.theme.accent, 2, [3, 3]);
  if (frame.selected && (frame.selected.row === 0) === sticky) {
    const box = boxOf(g, v, frame.selected);
    ctx.strokeStyle = frame.theme.surface;
    ctx.lineWidth = 1;
    ctx.strokeRect(box.x + 2.5, box.y + 2.5, box.width - 5, box.height - 5);
  }
  around(frame.selected, frame.theme.accent, 2);
}

function header(ctx: CanvasRenderingContext2D, frame: Frame, g: Geometry, v: Viewport, columns: readonly number[], texts: TextCache): void {
  const { result, theme } = frame;
  ctx.save();
  ctx.textBaseline = 'middle';
  clipTo(ctx, g.axisWidth, 0, v.width - g.axisWidth, g.headerHeight);
  ctx.fillStyle = theme.surface;
  ctx.fillRect(0, 0, v.width, g.headerHeight);
  ctx.textAlign = 'center';
  for (const column of columns) {
    const x = columnLeft(g, column, v.scrollX);
    const chosen = frame.selected?.column === column;
    if (chosen) {
      ctx.fillStyle = theme.accentWeak;
      ctx.beginPath();
      ctx.roundRect(x + 1, 1, g.cellWidth - 2, g.headerHeight - 3, 4);
      ctx.fill();
    }
    ctx.font = texts.small;
    ctx.fillStyle = chosen ? theme.accent : theme.ink3;
    ctx.fillText(String(column), x + g.cellWidth / 2, 9);
    ctx.font = texts.font(chosen);
    ctx.fillStyle = column === 0 && result.bosPrepended ? theme.ink3 : chosen ? theme.ink : theme.ink2;
    ctx.fillText(texts.of(result, result.tokens[column].id, g.cellWidth - 4), x + g.cellWidth / 2, 21);
  }
  ctx.restore();
}

function axis(ctx: CanvasRenderingContext2D, frame: Frame, g: Geometry, v: Viewport, body: readonly number[]): void {
  const { theme, result } = frame;
  ctx.fillStyle = theme.surface;
  ctx.fillRect(0, 0, g.axisWidth, v.height);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const label = (line: number) => {
    const chosen = frame.selected?.row === line;
    const row = frame.rows[line];
    const layer = result.layers[row];
    ctx.fillStyle = chosen ? theme.accent : theme.ink3;
    ctx.font = `${chosen ? '700 ' : ''}10px ${theme.mono}`;
    ctx.fillText(row === result.finalRow ? 'out' : layer === 0 ? 'emb' : layerName(layer), g.axisWidth - 7, rowTop(g, line, v.scrollY) + g.cellHeight / 2 + 0.5);
  };
  ctx.save();
  clipTo(ctx, 0, g.headerHeight + g.cellHeight, g.axisWidth, v.height);
  body.forEach(label);
  ctx.restore();
  label(0);
}

/** A hairline where something has scrolled under the sticky headers. */
function edges(ctx: CanvasRenderingContext2D, frame: Frame, g: Geometry, v: Viewport): void {
  ctx.fillStyle = frame.theme.line;
  if (v.scrollY > 0) {
    ctx.fillRect(0, g.headerHeight + g.cellHeight - 0.5, v.width, 1);
  }
  if (v.scrollX > 0) {
    ctx.fillRect(g.axisWidth - 1, 0, 1, v.height);
  }
}

/** Token texts cut to a width, measured once per token and width. */
export class TextCache {
  private readonly cut = new Map<string, string>();
  readonly small: string;

  constructor(
    private readonly ctx: CanvasRenderingContext2D,
    private readonly family: string,
    private readonly size: number,
  ) {
    this.small = `9px ${family}`;
  }

  font(bold: boolean): string {
    return `${bold ? '700 ' : ''}${this.size}px ${this.family}`;
  }

  of(result: LensResult, id: number, width: number): string {
    const key = `${id}/${width}`;
    let text = this.cut.get(key);
    if (text === undefined) {
      text = this.fit(showToken(result.text(id)), width);
      this.cut.set(key, text);
    }
    return text;
  }

  private fit(text: string, width: number): string {
    const before = this.ctx.font;
    this.ctx.font = this.font(true);
    const shown = fitText(this.ctx, text, width);
    this.ctx.font = before;
    return shown;
  }
}
