import { describe, expect, it } from 'vitest';
import { scores as stored } from '../harness/board-fixture';
import { ComponentScores } from '../shared/component-scores';
import { MalformedResult } from '../shared/fetch-result';
import { plain } from '../shared/reading';
import { axisTicks, gapInWords, named, points, readEffects, sides } from './effects';

const sweep = (direction: string) => ({
  kind: 'patching', site: 'head', direction, positions: 'all', cleanMean: 4, corruptedMean: -4, layers: 1, columns: ['H0', 'H1'], values: [[0.5, 0]], raw: [direction === 'noising' ? [1, 4.5] : [0, -4.5]], examples: [],
});
const example = { prompt: 'a', answer: ' x', foil: ' y', tokens: ['a'], logitDiff: 4 };
const scores = ComponentScores.read(stored([example], [{ name: 'L0H0', values: [0.25] }, { name: 'L0H1', values: [1.5] }, { name: 'MLP0', values: [2.25] }], 0));

describe('effects beside votes', () => {
  it('are how far a patch moves the logit difference, whichever way', () => {
    expect([...readEffects(sweep('denoising')).byName]).toEqual([['L0H0', 4], ['L0H1', -0.5]]);
    expect([...readEffects(sweep('noising')).byName]).toEqual([['L0H0', 3], ['L0H1', -0.5]]);
  });
  it('are what a circuit test measured without each component', () => {
    const effects = readEffects({ kind: 'circuit-test', components: [{ name: 'MLP0', vote: 1, effect: 0.5 }, { name: 'b_U', vote: 1, effect: 0 }, { name: 'L0H1', vote: 0, effect: null }] });
    expect([...effects.byName]).toEqual([['MLP0', 0.5]]);
  });
  it('come from nothing else', () => {
    expect(() => readEffects({ kind: 'lens' })).toThrow(MalformedResult);
    expect(() => readEffects({ ...sweep('denoising'), site: 'mlp_out' })).toThrow(/of mlp_out/);
  });
  it('stand at the components of which both are known, the widest gap in words', () => {
    const all = points(scores, readEffects(sweep('denoising')));
    expect(all).toEqual([{ name: 'L0H0', vote: 0.25, effect: 4 }, { name: 'L0H1', vote: 1.5, effect: -0.5 }]);
    expect(plain(gapInWords(all))).toBe('L0H0 votes +0.25 and does +4.00: what it does, it does through later components.');
    expect(plain(gapInWords(all.slice(1)))).toMatch(/made up for, or undone, by others/);
    expect(gapInWords([{ name: 'L0H0', vote: 1, effect: 1.05 }])).toEqual([]);
    expect([...named(all, 1)]).toEqual(['L0H0']);
  });
  it('write the labels of near points on either side', () => {
    const side = sides([{ name: 'a', x: 100, y: 50 }, { name: 'b', x: 110, y: 52 }, { name: 'c', x: 100, y: 90 }], 42);
    expect(Object.fromEntries(side)).toEqual({ b: 'right', a: 'left', c: 'right' });
  });
  it('have round ticks with 0 among them', () => {
    expect(axisTicks(-0.9, 4.2)).toEqual([0, 2, 4]);
    expect(axisTicks(-1, 1)).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});
