import { describe, expect, it } from 'vitest';
import { column } from '../harness/column';
import { lensFile, syntheticNumbers, writeSafetensors } from '../harness/lens-fixture';
import { LensResult } from './lens-result';

describe('a lens result', () => {
  const result = LensResult.read(lensFile(syntheticNumbers(4, 3, { sublayers: true, topK: 5 })));

  it('reads every array at row, position and place', () => {
    const numbers = syntheticNumbers(4, 3, { sublayers: true, topK: 5 });
    expect(result.rowCount).toBe(9);
    expect(result.top(5, 2).map((entry) => entry.id)).toEqual(numbers.topIds[5][2]);
    expect(result.entropy(5, 2)).toBeCloseTo(numbers.entropy[5][2], 5);
    expect(result.kl(3, 1)).toBeCloseTo(numbers.klToFinal[3][1], 5);
    expect(result.finalRank(2, 1)).toBe(numbers.finalRank[2][1]);
    expect(result.trackedRank(1, 3, 2)).toBe(numbers.tracked[1].rank[3][2]);
    expect(result.trackedLogProb(1, 3, 2)).toBeCloseTo(numbers.tracked[1].logProb[3][2], 5);
  });

  it('knows which rows are whole layers', () => {
    expect([...result.layers]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]);
    expect(result.wholeRows).toEqual([0, 2, 4, 6, 8]);
    expect(result.hasSublayers).toBe(true);
    expect(result.rowOfLayer(2.5)).toBe(5);
  });

  it('knows other tokens only inside the stored top-k', () => {
    const row = 0;
    const inside = result.top(row, 0)[1].id;
    expect(result.reading(inside, row, 0)?.rank).toBe(2);
    expect(result.reading(999, row, 0)).toBeNull();
    expect(result.reading(result.finalToken(0), row, 0)?.rank).toBe(result.finalRank(row, 0));
  });

  it('falls back to the id where a text is missing', () => {
    expect(result.text(31_337)).toBe('#31337');
  });

  it('derives first layers, crystallisation and what was overwritten', () => {
    const summary = column([2, 1, 2, 1], [40, 1, 4, 1]).derive(0);
    expect(summary).toMatchObject({ firstTop10: 1, firstTop5: 1, firstTop1: 1, crystallised: 3 });
    expect(summary.overwritten).toEqual([{ id: 2, text: ' the', from: 0, to: 0 }, { id: 2, text: ' the', from: 2, to: 2 }]);
  });

  it('joins neighbouring layers of one overwritten token', () => {
    expect(column([2, 2, 3, 1], [50, 20, 8, 1]).derive(0).overwritten).toEqual([{ id: 2, text: ' the', from: 0, to: 1 }, { id: 3, text: ',', from: 2, to: 2 }]);
  });

  it('crystallises at the embedding when nothing else was ever on top', () => {
    expect(column([1, 1, 1, 1], [1, 1, 1, 1]).derive(0)).toMatchObject({ crystallised: 0, overwritten: [] });
  });

  it("leaves rows after attention out of the derived figures", () => {
    expect(column([2, 1, 2, 1], [9, 1, 2, 1], [0, 0.5, 1, 2]).derive(0)).toMatchObject({ firstTop1: 2, crystallised: 2, overwritten: [{ id: 2, from: 0, to: 1 }] });
  });

  it('prefers the figures of the server', () => {
    const summary = { position: 0, final: { id: 1, text: ' Rome', logProb: -0.1 }, firstTop1: 9, firstTop5: 9, firstTop10: 9, crystallised: 9, overwritten: [] };
    const served = LensResult.read(lensFile({ ...syntheticNumbers(4, 3), summary: { positions: [summary] } }));
    expect(served.summary(0).crystallised).toBe(9);
    expect(served.summary(1)).toEqual(served.derive(1));
  });

  it('refuses another format and arrays of other shapes, by name', () => {
    expect(() => LensResult.read(writeSafetensors({ format: 'other' }, []))).toThrow(/format other/);
    expect(() => LensResult.read(writeSafetensors({ format: 'unembed/lens-grid/1', header: '{"tokens":[],"tracked":[],"texts":{}}' }, []))).toThrow(/lacks layers/);
    const numbers = syntheticNumbers(4, 3);
    expect(() => LensResult.read(lensFile({ ...numbers, entropy: [[1]] }))).toThrow(/entropy|safetensors|needs/);
  });
});
