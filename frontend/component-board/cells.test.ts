import { describe, expect, it } from 'vitest';
import { syntheticScores } from '../harness/board-fixture';
import { ComponentScores } from '../shared/component-scores';
import { tickPlace } from '../value-grid/values';
import { boardCells, cellOf, indexOf, nameAt, namesBetween } from './cells';
import { exampleOf, linkTo, selectedOf, viewOf } from './state';

const scores = ComponentScores.read(syntheticScores(6, 8));

describe('the board', () => {
  it('has the final layer on top, heads from the left and the MLP last', () => {
    expect(nameAt(scores, { row: 0, column: 0 })).toBe('L5H0');
    expect(nameAt(scores, { row: 5, column: 8 })).toBe('MLP0');
    expect(cellOf(scores, 'L2H3')).toEqual({ row: 3, column: 3 });
    expect(indexOf(scores, { row: 3, column: 3 })).toBe(30);
    expect([cellOf(scores, 'L9H9'), cellOf(scores, 'embed')]).toEqual([null, null]);
  });
  it('selects rectangles, from whichever corner', () => {
    expect(namesBetween(scores, { row: 1, column: 8 }, { row: 0, column: 7 })).toEqual(['L5H7', 'MLP5', 'L4H7', 'MLP4']);
  });
  it('colours votes by the root of their size, paper at 0, deepest at the largest', () => {
    const cells = boardCells(scores, 'mean', 0);
    const values = [...scores.choosable].map((name) => scores.line(name)!.mean);
    const largest = values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
    expect(cells.scale(largest)).toBe(Math.sign(largest));
    expect(cells.scale(largest / 4)).toBeCloseTo(0.5 * Math.sign(largest));
    expect([cells.scale(0), tickPlace(cells, 0)]).toEqual([0, 0.5]);
  });
  it('writes numbers only where a vote is worth it', () => {
    const cells = boardCells(scores, 'mean', 0);
    const texts = [...scores.choosable].map((name) => cellOf(scores, name)!).map((cell) => cells.text(cell.row, cell.column)).filter(Boolean);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.length).toBeLessThan(scores.choosable.size / 2);
  });
  it('shows one prompt, shares around one half, and spread in one hue', () => {
    const line = scores.line('L5H0')!;
    expect(boardCells(scores, 'example', 3).value(0, 0)).toBe(line.values[3]);
    expect([0, 0.5, 1].map(boardCells(scores, 'helping', 0).scale)).toEqual([-1, 0, 1]);
    const helping = boardCells(scores, 'helping', 0);
    expect([...scores.choosable].map((name) => cellOf(scores, name)!).every((cell) => (helping.weight!(cell.row, cell.column) === 1) === (helping.text(cell.row, cell.column) !== ''))).toBe(true);
    expect(boardCells(scores, 'spread', 0)).toMatchObject({ hues: 'sequential' });
  });
});

describe('an address', () => {
  it('takes what the result has and the default for the rest', () => {
    expect(selectedOf(scores, 'L5H1, MLP0,L5H1,embed,L99H0')).toEqual(['MLP0', 'L5H1']);
    expect([exampleOf(scores, '15'), exampleOf(scores, 16), exampleOf(scores, 'x'), exampleOf(scores, null), exampleOf(scores, '1.5')]).toEqual([15, 0, 0, 0, 0]);
    expect([viewOf('waterfall'), viewOf('pie'), viewOf('')]).toEqual(['waterfall', 'ledger', 'ledger']);
  });
  it('is written without defaults, other parameters kept', () => {
    expect(linkTo('http://h/runs/7?tab=x&at=L1H1', { statistic: 'mean', example: 0, selected: [], at: '', view: 'ledger', effects: '' })).toBe('http://h/runs/7?tab=x');
    const link = new URL(linkTo('http://h/runs/7', { statistic: 'example', example: 3, selected: ['MLP0', 'L5H1'], at: 'L5H1', view: 'waterfall', effects: '12' }));
    expect(Object.fromEntries(link.searchParams)).toEqual({ statistic: 'example', example: '3', selected: 'MLP0,L5H1', at: 'L5H1', view: 'waterfall', effects: '12' });
  });
});
