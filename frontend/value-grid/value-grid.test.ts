// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import './value-grid';
import type { ValueGrid } from './value-grid';
import type { ValueCells } from './values';

const cells: ValueCells = {
  rowLabels: ['2', '1', '0'], columnLabels: ['H0', 'H1'], columnHints: [], layout: {}, hues: 'diverging', legend: '', ticks: [],
  value: (row, column) => row + column, scale: (value) => value / 4, text: () => '',
};

describe('a grid of values', () => {
  let grid: ValueGrid;
  let heard: [string, unknown][];

  beforeEach(async () => {
    heard = [];
    grid = document.createElement('value-grid');
    Object.assign(grid, { cells, focused: { row: 1, column: 0 }, selectable: true, speak: ({ row, column }: { row: number; column: number }) => `cell ${row} ${column}` });
    for (const name of ['cell-focus', 'cell-toggle', 'cell-range', 'row-toggle']) {
      grid.addEventListener(name, (event) => heard.push([name, (event as CustomEvent).detail]));
    }
    document.body.append(grid);
    await grid.updateComplete;
  });

  afterEach(() => grid.remove());

  const press = (key: string, init: KeyboardEventInit = {}) => grid.shadowRoot!.querySelector('.scroller')!.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...init }));

  it('moves, toggles and takes rows by the keyboard', () => {
    press('ArrowRight');
    press(' ');
    press('a');
    expect(heard).toEqual([['cell-focus', { row: 1, column: 1 }], ['cell-toggle', { row: 1, column: 0 }], ['row-toggle', { row: 1, column: 0 }]]);
  });
  it('selects a range from where Shift was first held', async () => {
    press('ArrowDown', { shiftKey: true });
    grid.focused = { row: 2, column: 0 };
    await grid.updateComplete;
    press('ArrowRight', { shiftKey: true });
    expect(heard.filter(([name]) => name === 'cell-range').map(([, detail]) => detail)).toEqual([
      { from: { row: 1, column: 0 }, to: { row: 2, column: 0 } }, { from: { row: 1, column: 0 }, to: { row: 2, column: 1 } },
    ]);
  });
  it('only moves where nothing can be selected', () => {
    grid.selectable = false;
    press(' ');
    press('ArrowUp', { shiftKey: true });
    expect(heard).toEqual([['cell-focus', { row: 0, column: 0 }]]);
  });
  it('is a grid for screen readers, the focused cell in words', async () => {
    grid.chosen = new Set([2]);
    await grid.updateComplete;
    const scroller = grid.shadowRoot!.querySelector('[role=grid]')!;
    const cell = grid.shadowRoot!.getElementById(scroller.getAttribute('aria-activedescendant')!)!;
    expect([scroller.getAttribute('aria-rowcount'), cell.textContent, cell.getAttribute('aria-selected')]).toEqual(['4', 'cell 1 0', 'true']);
  });
});
