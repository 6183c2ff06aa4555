import { describe, expect, it } from 'vitest';
import { lensFile, syntheticNumbers } from '../harness/lens-fixture';
import { LensResult } from './lens-result';
import { describeMatches, findMatches, matchingIds } from './search';

const known = new Map([[7042, ' Paris'], [12, ' par'], [13, 'compare'], [14, '42'], [42, ' the'], [15, '\n']]);

describe('a search', () => {
  it.each<[string, number[]]>([
    ['par', [7042, 12, 13]], ['PAR', [7042, 12, 13]], [' par', [7042, 12]], ['·par', [7042, 12]],
    ['7042', [7042]], ['42', [42, 14]], ['#42', [42]], ['⏎', [15]], ['zebra', []], ['', []], ['#99999', []],
  ])('%j means the ids %j', (query, ids) => {
    expect([...matchingIds(query, known)].sort()).toEqual([...ids].sort());
  });

  it('finds cells from the top row down and counts those further down the top-k', () => {
    const result = LensResult.read(lensFile(syntheticNumbers(6, 4, { topK: 5 })));
    const rows = [...result.layers.keys()].reverse();
    const token = result.text(result.finalToken(2));
    const matches = findMatches(token, result, rows);
    expect(matches.cells.some((cell) => cell.row === result.finalRow && cell.position === 2)).toBe(true);
    expect(matches.cells.every((cell, i, all) => i === 0 || cell.row <= all[i - 1].row)).toBe(true);
    for (const cell of matches.cells) {
      expect(matches.ids.has(result.top1(cell.row, cell.position))).toBe(true);
    }
    expect(describeMatches(matches, result)).toContain('on top in');
  });

  it('says when the result has no such token', () => {
    const result = LensResult.read(lensFile(syntheticNumbers(3, 2)));
    expect(describeMatches(findMatches('zebra', result, [0]), result)).toBe('is no token of this result');
  });
});
