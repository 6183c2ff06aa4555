import { describe, expect, it } from 'vitest';
import { lensFile, syntheticNumbers } from '../harness/lens-fixture';
import { LensResult } from '../shared/lens-result';
import { compareOf, compareText, linkTo, pinsOf, selectionOf, shownRows } from './state';
import { trajectoriesOf } from './trajectories';

const result = LensResult.read(lensFile(syntheticNumbers(4, 6, { sublayers: true, topK: 4 })));

describe('an address', () => {
  it('names a cell by layer and position, as text or number', () => {
    expect(selectionOf(result, '2', '3')).toEqual({ row: 4, position: 3 });
    expect(selectionOf(result, 2.5, 3)).toEqual({ row: 5, position: 3 });
  });
  it.each([[null, null], ['', ''], ['99', '0'], ['2', '6'], ['-1', '0'], ['x', 'y'], ['1', '0.5']])('that names %j, %j means the last position of the final layer', (layer, position) => {
    expect(selectionOf(result, layer, position)).toEqual({ row: result.finalRow, position: 5 });
  });
  it('takes the default for what it leaves open', () => {
    expect(selectionOf(result, '1', null)).toEqual({ row: 2, position: 5 });
    expect(selectionOf(result, null, '0')).toEqual({ row: result.finalRow, position: 0 });
  });
  it('writes and reads the compared cell', () => {
    expect(compareText(result, compareOf(result, '2.5:1'))).toBe('2.5:1');
    expect(compareOf(result, '2:99')).toBeNull();
    expect(compareOf(result, 'nonsense')).toBeNull();
  });
  it('takes pins once each and only whole ids', () => {
    expect(pinsOf('7, 42,7,x,-3,1.5')).toEqual([7, 42]);
    expect(pinsOf('')).toEqual([]);
  });
  it('keeps other parameters and leaves defaults out', () => {
    const state = { layer: 4, position: 5, metric: 'final', compare: '', sublayers: false, search: '', pins: [] };
    expect(linkTo('http://h/runs/7?tab=x&compare=1:1', state)).toBe('http://h/runs/7?tab=x&layer=4&position=5');
    const link = new URL(linkTo('http://h/runs/7', { ...state, metric: 'kl', sublayers: true, search: ' the', pins: [1, 2], compare: '1:2' }));
    expect(Object.fromEntries(link.searchParams)).toMatchObject({ metric: 'kl', sublayers: 'true', search: ' the', pins: '1,2', compare: '1:2' });
  });
});

describe('the rows', () => {
  it('run from the final layer down to the embedding, half layers on demand', () => {
    expect(shownRows(result, false).map((row) => result.layers[row])).toEqual([4, 3, 2, 1, 0]);
    expect(shownRows(result, true)[1]).toBe(7);
  });
});

describe('the trajectories of a position', () => {
  const rows = [...result.wholeRows];
  it('are the final token, the tracked ones, then the pins, each once', () => {
    const pin = result.top(0, 2)[0].id;
    const ids = trajectoriesOf(result, 2, [7, pin, 123_456], rows).map((t) => t.id);
    expect(ids[0]).toBe(result.finalToken(2));
    expect(ids).toContain(8);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(123_456);
  });
  it('are exact for tracked and final tokens, and have gaps elsewhere', () => {
    const stranger = [...result.known.keys()].find((id) => !result.isExact(id, 2) && rows.some((row) => result.rankInTop(row, 2, id) === 0))!;
    const [first, , third] = [...trajectoriesOf(result, 2, [stranger], rows)];
    expect(first.exact && first.logProbs.every((v) => v !== null)).toBe(true);
    const pinned = trajectoriesOf(result, 2, [stranger], rows).find((t) => t.id === stranger)!;
    expect(pinned).toMatchObject({ exact: false, removable: true });
    expect(pinned.logProbs.some((v) => v === null)).toBe(true);
    expect(third.removable).toBe(third.id === stranger);
  });
});
