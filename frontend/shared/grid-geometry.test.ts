import { describe, expect, it } from 'vitest';
import { boxOf, contentWidth, hit, layout, reveal, visible } from './grid-geometry';

const g = layout(31, 512, 840, 16);
const v = { scrollX: 0, scrollY: 0, width: 840, height: 300 };

describe('the layout', () => {
  it('shares the room among few tokens and never gets unreadably narrow', () => {
    expect(layout(31, 8, 840, 16).cellWidth).toBe(100);
    expect(layout(31, 2, 840, 16).cellWidth).toBe(176);
    expect(g.cellWidth).toBe(38);
    expect(contentWidth(g)).toBe(36 + 512 * 38);
  });
});

describe('hit testing', () => {
  it('finds the cell that was drawn there, scrolled or not', () => {
    for (const view of [v, { ...v, scrollX: 1003, scrollY: 77 }]) {
      const { fromColumn, toColumn, fromRow, toRow } = visible(g, view);
      for (let row = fromRow + 1; row < toRow - 1; row++) {
        for (const column of [fromColumn + 1, toColumn - 2]) {
          const box = boxOf(g, view, { row, column });
          expect(hit(g, view, box.x + box.width / 2, box.y + box.height / 2)).toEqual({ row, column });
        }
      }
    }
  });
  it('finds the final row under the header however far the body has scrolled', () => {
    expect(hit(g, { ...v, scrollY: 150 }, 50, g.headerHeight + 3)).toEqual({ row: 0, column: 0 });
  });
  it('finds nothing on headers, the axis and beyond the grid', () => {
    expect(hit(g, v, 10, 100)).toBeNull();
    expect(hit(g, v, 100, 5)).toBeNull();
    expect(hit(layout(3, 2, 840, 16), v, 800, 40)).toBeNull();
    expect(hit(layout(3, 2, 840, 16), v, 60, 250)).toBeNull();
  });
});

describe('the visible window', () => {
  it('is bounded by the viewport, whatever the size of the grid', () => {
    const window = visible(g, { ...v, scrollX: 9000, scrollY: 60 });
    expect(window.toColumn - window.fromColumn).toBeLessThanOrEqual(Math.ceil(840 / 38) + 1);
    expect(window.toRow - window.fromRow).toBeLessThanOrEqual(Math.ceil(300 / 16) + 1);
  });
  it('never includes the sticky final row or cells that do not exist', () => {
    const window = visible(layout(3, 2, 840, 16), v);
    expect(window).toEqual({ fromColumn: 0, toColumn: 2, fromRow: 1, toRow: 3 });
  });
});

describe('revealing a cell', () => {
  it.each([{ row: 30, column: 511 }, { row: 1, column: 0 }, { row: 15, column: 250 }])('shows row $row, column $column whole', (cell) => {
    const scrolled = { ...v, ...reveal(g, { ...v, scrollX: 4000, scrollY: 100 }, cell) };
    const box = boxOf(g, scrolled, cell);
    expect(box.x).toBeGreaterThanOrEqual(g.axisWidth);
    expect(box.x + box.width).toBeLessThanOrEqual(v.width);
    expect(box.y).toBeGreaterThanOrEqual(g.headerHeight + g.cellHeight);
    expect(box.y + box.height).toBeLessThanOrEqual(v.height);
  });
  it('leaves the scroll alone when the cell is in view, or the sticky row', () => {
    expect(reveal(g, { ...v, scrollX: 100, scrollY: 40 }, { row: 6, column: 8 })).toEqual({ scrollX: 100, scrollY: 40 });
    expect(reveal(g, { ...v, scrollX: 100, scrollY: 40 }, { row: 0, column: 8 })).toEqual({ scrollX: 100, scrollY: 40 });
  });
});

describe('a grid with one column apart and no sticky row', () => {
  const board = layout(48, 33, 700, 18, { narrowest: 30, widest: 60, stickyRows: 0, apart: 32 });
  const view = { scrollX: 0, scrollY: 40, width: 700, height: 400 };
  it('scrolls its first row away', () => {
    expect(visible(board, view)).toMatchObject({ fromRow: 2, fromColumn: 0 });
    expect(hit(board, view, 50, board.headerHeight + 1)).toEqual({ row: 2, column: 0 });
    expect(reveal(board, view, { row: 0, column: 0 })).toEqual({ scrollX: 0, scrollY: 0 });
  });
  it('finds the column apart where it was drawn, and nothing in the gap before it', () => {
    const right = { ...view, ...reveal(board, view, { row: 5, column: 32 }) };
    const box = boxOf(board, right, { row: 5, column: 32 });
    expect(box.x + box.width).toBe(700);
    expect(hit(board, right, box.x + 1, box.y + 1)).toEqual({ row: 5, column: 32 });
    expect(hit(board, right, box.x - 3, box.y + 1)).toBeNull();
    expect(hit(board, right, box.x - 12, box.y + 1)).toEqual({ row: 5, column: 31 });
  });
});
