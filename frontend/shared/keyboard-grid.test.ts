import { describe, expect, it } from 'vitest';
import { moveInGrid } from './keyboard-grid';

const size = { rows: 31, columns: 21, page: 10 };
const at = { row: 5, column: 7 };

describe('keys in a grid', () => {
  it.each<[string, boolean, number, number]>([
    ['ArrowUp', false, 4, 7], ['ArrowDown', false, 6, 7], ['ArrowLeft', false, 5, 6], ['ArrowRight', false, 5, 8],
    ['Home', false, 5, 0], ['End', false, 5, 20], ['Home', true, 0, 0], ['End', true, 30, 20],
    ['PageUp', false, 0, 7], ['PageDown', false, 15, 7], ['ArrowUp', true, 0, 7], ['ArrowRight', true, 5, 20],
  ])('%s (ctrl %s) leads to row %d, column %d', (key, ctrl, row, column) => {
    expect(moveInGrid(at, key, ctrl, size)).toEqual({ row, column });
  });
  it('never leave it', () => {
    expect(moveInGrid({ row: 0, column: 0 }, 'ArrowUp', false, size)).toEqual({ row: 0, column: 0 });
    expect(moveInGrid({ row: 30, column: 20 }, 'PageDown', false, size)).toEqual({ row: 30, column: 20 });
  });
  it('other keys are none of its business', () => {
    expect(moveInGrid(at, 'a', false, size)).toBeNull();
  });
});
