/** Where things lie in a heat grid. Pure numbers in CSS pixels; rows are counted from the top, row 0 is the final layer. */

export interface Geometry {
  readonly axisWidth: number;
  readonly headerHeight: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Viewport {
  readonly scrollX: number;
  readonly scrollY: number;
  readonly width: number;
  readonly height: number;
}

export interface Cell {
  /** Counted from the top. */
  readonly row: number;
  readonly column: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const NARROWEST = 38;
const WIDEST = 176;

/** Columns share the room there is, within readable bounds. */
export function layout(rows: number, columns: number, width: number, cellHeight: number): Geometry {
  const axisWidth = 36;
  const room = Math.floor((width - axisWidth) / Math.max(1, columns));
  return { axisWidth, headerHeight: 31, cellWidth: Math.max(NARROWEST, Math.min(WIDEST, room)), cellHeight, rows, columns };
}

export function contentWidth(g: Geometry): number {
  return g.axisWidth + g.columns * g.cellWidth;
}

export function contentHeight(g: Geometry): number {
  return g.headerHeight + g.rows * g.cellHeight;
}

/** Top edge of a row in the viewport. The final row (0) is sticky under the header. */
export function rowTop(g: Geometry, row: number, scrollY: number): number {
  return g.headerHeight + row * g.cellHeight - (row === 0 ? 0 : scrollY);
}

export function columnLeft(g: Geometry, column: number, scrollX: number): number {
  return g.axisWidth + column * g.cellWidth - scrollX;
}

/** The cells that can be seen; `to` is exclusive. The sticky final row comes on top of these. */
export function visible(g: Geometry, v: Viewport) {
  const fromColumn = Math.max(0, Math.floor(v.scrollX / g.cellWidth));
  const toColumn = Math.min(g.columns, Math.ceil((v.scrollX + v.width - g.axisWidth) / g.cellWidth));
  // the sticky row hides exactly the first row's place, so the body begins with row 1
  const fromRow = Math.max(1, 1 + Math.floor(v.scrollY / g.cellHeight));
  const toRow = Math.min(g.rows, Math.ceil((v.scrollY + v.height - g.headerHeight) / g.cellHeight));
  return { fromColumn, toColumn, fromRow, toRow };
}

/** The cell under a point of the viewport, or null on a header, the axis or beyond the grid. */
export function hit(g: Geometry, v: Viewport, x: number, y: number): Cell | null {
  if (x < g.axisWidth || y < g.headerHeight || x >= v.width || y >= v.height) {
    return null;
  }
  const column = Math.floor((x - g.axisWidth + v.scrollX) / g.cellWidth);
  const sticky = y < g.headerHeight + g.cellHeight;
  const row = sticky ? 0 : Math.floor((y - g.headerHeight + v.scrollY) / g.cellHeight);
  return column < g.columns && row < g.rows ? { row, column } : null;
}

export function boxOf(g: Geometry, v: Viewport, cell: Cell): Box {
  return { x: columnLeft(g, cell.column, v.scrollX), y: rowTop(g, cell.row, v.scrollY), width: g.cellWidth, height: g.cellHeight };
}

/** The scroll position nearest to the present one that shows a cell whole. */
export function reveal(g: Geometry, v: Viewport, cell: Cell): { scrollX: number; scrollY: number } {
  const left = cell.column * g.cellWidth;
  const right = left + g.cellWidth - (v.width - g.axisWidth);
  const scrollX = Math.max(right, Math.min(v.scrollX, left));
  if (cell.row === 0) {
    return { scrollX, scrollY: v.scrollY };
  }
  const top = (cell.row - 1) * g.cellHeight;
  const bottom = g.headerHeight + (cell.row + 1) * g.cellHeight - v.height;
  return { scrollX, scrollY: Math.max(0, bottom, Math.min(v.scrollY, top)) };
}
