// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pieces, syntheticPatching } from '../harness/board-fixture';
import { plain } from '../shared/reading';
import { ScoreGridResult } from '../shared/score-grid-result';
import { tickPlace } from '../value-grid/values';
import { cellOf, gridCells, strongest } from './cells';
import { finding, handover } from './finding';
import './score-grid';
import type { ScoreGrid, ScoreGridState } from './score-grid';

const tokens = pieces('When Susan and Jane went to the hospital, Susan gave a computer to');
const stream = (direction: 'denoising' | 'noising') => ScoreGridResult.read(syntheticPatching(30, tokens, direction));
const heads = (direction: string, values: number[][]) =>
  ScoreGridResult.read({ kind: 'patching', site: 'head', direction, positions: 'all', cleanMean: 4, corruptedMean: -4, layers: values.length, columns: ['H0', 'H1'], values, raw: values.map((row) => row.map((v) => 8 * v - 4)), examples: [] });

describe('a patching sweep', () => {
  it('says which place brings back most, and how many do much', () => {
    expect(plain(finding(heads('denoising', [[0.02, 0.5], [0.12, -0.1]])))).toBe('Patching clean activations into the corrupted run in one place at a time, L0H1 alone brings back 50 % of the logit difference (from −4.00 to 0.00). 2 places of 4 do a tenth or more.');
  });
  it('says in the other direction what is taken away', () => {
    expect(plain(finding(heads('noising', [[0.98, 0.25], [1, 1.1]])))).toBe('Corrupting the clean run in one place at a time, L0H1 alone takes away 75 % of the logit difference (from +4.00 to −2.00). 1 place of 4 does a tenth or more.');
  });
  it('says where the decisive position is handed over', () => {
    const found = handover(stream('denoising'))!;
    expect([tokens[found.from], tokens[found.to], found.layer]).toEqual([' Susan', ' to', 18]);
    expect(handover(stream('noising'))).toEqual(found);
    expect(plain(finding(stream('denoising')))).toMatch(/what decides sits at ·Susan up to layer 17 and at ·to from layer 18 on, where it alone brings back \d+ % of/);
  });
  it('colours by what the patch does, whichever run it starts from', () => {
    const denoising = gridCells(heads('denoising', [[0, 1]]));
    const noising = gridCells(heads('noising', [[0, 1]]));
    expect([denoising.scale(0), denoising.scale(1), denoising.scale(0.25)]).toEqual([0, 1, 0.5]);
    expect([noising.scale(1), noising.scale(0), noising.scale(0.75)]).toEqual([0, -1, -0.5]);
    expect(tickPlace(noising, 1)).toBe(0.5);
  });
  it('opens at the strongest cell and takes only cells it has from an address', () => {
    const result = heads('denoising', [[0.02, 0.5], [0.12, -0.1]]);
    expect(strongest(result)).toEqual({ row: 1, column: 1 });
    expect([cellOf(result, '1', '0'), cellOf(result, 2, 0), cellOf(result, '', '0'), cellOf(result, '0.5', 0)]).toEqual([{ row: 0, column: 0 }, null, null, null]);
  });
  it('is refused where its arrays do not fit', () => {
    expect(() => ScoreGridResult.read({ kind: 'patching', layers: 2, columns: ['H0'], values: [[1]], raw: [[1]] })).toThrow(/don’t fit 2 layers of 1 column/);
    expect(() => ScoreGridResult.read({ kind: 'lens' })).toThrow(/this is "lens"/);
  });
  it('knows its self-check, or that it has none', () => {
    expect(stream('denoising').check).toEqual({ selfPatchChange: 1.2e-6, tolerance: 1e-4 });
    expect(heads('denoising', [[0, 1]]).check).toBeNull();
  });
});

describe('the score grid', () => {
  let view: ScoreGrid;
  afterEach(() => {
    view.remove();
    vi.unstubAllGlobals();
  });

  it('tells the cell a reader moves to, and shows the sweep as a table', async () => {
    vi.stubGlobal('fetch', async () => new Response(JSON.stringify(syntheticPatching(6, tokens, 'noising'))));
    view = document.createElement('score-grid');
    Object.assign(view, { src: '/r', layer: '2', column: 3 });
    const states: ScoreGridState[] = [];
    view.addEventListener('state-change', (event) => states.push((event as CustomEvent<ScoreGridState>).detail));
    document.body.append(view);
    await vi.waitFor(() => expect(view.shadowRoot!.querySelector('value-grid')).not.toBeNull());
    const grid = view.shadowRoot!.querySelector('value-grid')!;
    expect(grid.focused).toEqual({ row: 3, column: 3 });
    grid.dispatchEvent(new CustomEvent('cell-focus', { detail: { row: 0, column: 1 } }));
    await vi.waitFor(() => expect(states).toEqual([{ layer: 5, column: 1 }]));
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 't', bubbles: true }));
    await view.updateComplete;
    expect(view.shadowRoot!.querySelectorAll('.tablebox tbody tr')).toHaveLength(6);
    expect(view.shadowRoot!.querySelector('.protocol')!.textContent).toContain('noising: corrupted activations put into the clean run');
  });
});
