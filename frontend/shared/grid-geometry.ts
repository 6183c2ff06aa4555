/** Where things lie in a grid of layers × columns. Pure numbers in CSS pixels; rows are counted from the top, row 0 is the final layer. */

export interface Geometry {
  readonly axisWidth: number;
  readonly headerHeight: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly rows: number;
  readonly columns: number;
  /** 1 where the final row stays under the header, 0 where it scrolls away with the others. */
  readonly stickyRows: 0 | 1;
  /** Column that stands apart, a gap before it; `columns` where none does. */
  readonly apart: number;
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

export interface LayoutOptions {
  readonly narrowest?: number;
  readonly widest?: number;
  readonly axisWidth?: number;
  readonly headerHeight?: number;
  readonly stickyRows?: 0 | 1;
  readonly apart?: number;
}

const GAP = 8;

/** Columns share the room there is, within readable bounds. */
export function layout(rows: number, columns: number, width: number, cellHeight: number, options: LayoutOptions = {}): Geometry {
  const { narrowest = 38, widest = 176, axisWidth = 36, headerHeight = 31, stickyRows = 1, apart = columns } = options;
  const room = Math.floor((width - axisWidth - (apart < columns ? GAP : 0)) / Math.max(1, columns));
  return { axisWidth, headerHeight, cellWidth: Math.max(narrowest, Math.min(widest, room)), cellHeight, rows, columns, stickyRows, apart };
}

function gap(g: Geometry): number {
  return g.apart < g.columns ? GAP : 0;
}

export function contentWidth(g: Geometry): number {
  return g.axisWidth + g.columns * g.cellWidth + gap(g);
}

export function contentHeight(g: Geometry): number {
  return g.headerHeight + g.rows * g.cellHeight;
}

/** Top edge of a row in the viewport. */
export function rowTop(g: Geometry, row: number, scrollY: number): number {
  return g.headerHeight + row * g.cellHeight - (row < g.stickyRows ? 0 : scrollY);
}

export function columnLeft(g: Geometry, column: number, scrollX: number): number {
  return g.axisWidth + column * g.cellWidth + (column >= g.apart ? GAP : 0) - scrollX;
}

/** The cells that can be seen; `to` is exclusive. A sticky final row comes on top of these. */
export function visible(g: Geometry, v: Viewport) {
  const fromColumn = Math.max(0, Math.floor((v.scrollX - gap(g)) / g.cellWidth));
  const toColumn = Math.min(g.columns, Math.ceil((v.scrollX + v.width - g.axisWidth) / g.cellWidth));
  // a sticky row hides exactly the first row's place, so the body begins with row 1
  const fromRow = Math.max(g.stickyRows, g.stickyRows + Math.floor(v.scrollY / g.cellHeight));
  const toRow = Math.min(g.rows, Math.ceil((v.scrollY + v.height - g.headerHeight) / g.cellHeight));
  return { fromColumn, toColumn, fromRow, toRow };
}

/** The cell under a point of the viewport, or null on a header, the axis or beyond the grid. */
export function hit(g: Geometry, v: Viewport, x: number, y: number): Cell | null {
  if (x < g.axisWidth || y < g.headerHeight || x >= v.width || y >= v.height) {
    return null;
  }
  const across = x - g.axisWidth + v.scrollX;
  const before = g.apart * g.cellWidth;
  if (across >= before && across < before + gap(g)) {
    return null;
  }
  const column = Math.floor((across - (across >= before ? gap(g) : 0)) / g.cellWidth);
  const sticky = g.stickyRows > 0 && y < g.headerHeight + g.cellHeight;
  const row = sticky ? 0 : Math.floor((y - g.headerHeight + v.scrollY) / g.cellHeight);
  return column < g.columns && row < g.rows ? { row, column } : null;
}

export function boxOf(g: Geometry, v: Viewport, cell: Cell): Box {
  return { x: columnLeft(g, cell.column, v.scrollX), y: rowTop(g, cell.row, v.scrollY), width: g.cellWidth, height: g.cellHeight };
}

/** The scroll position nearest to the present one that shows a cell whole. */
export function reveal(g: Geometry, v: Viewport, cell: Cell): { scrollX: number; scrollY: number } {
  const left = columnLeft(g, cell.column, 0) - g.axisWidth;
  const right = left + g.cellWidth - (v.width - g.axisWidth);
  const scrollX = Math.max(right, Math.min(v.scrollX, left));
  if (cell.row < g.stickyRows) {
    return { scrollX, scrollY: v.scrollY };
  }
  const top = (cell.row - g.stickyRows) * g.cellHeight;
  const bottom = g.headerHeight + (cell.row + 1) * g.cellHeight - v.height;
  return { scrollX, scrollY: Math.max(0, bottom, Math.min(v.scrollY, top)) };
}
