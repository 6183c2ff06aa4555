import { describe, expect, it } from 'vitest';
import { cellProbability, cellRank, fixed, layerRange, percent, plus, rank, share, tiny } from './format';
import { contextOf, lastWords, shorten, showToken } from './tokens';

describe('tokens on screen', () => {
  it.each([[' Paris', '·Paris'], ['\n\n', '⏎⏎'], ['\r\n', '⏎'], ['\ta', '⇥a'], ['', '∅'], ['\u200b', 'U+200B'], ['\u00a0', '⍽'], ['日本', '日本']])('%j is %s', (text, shown) => {
    expect(showToken(text)).toBe(shown);
  });
  it('are cut by character, not by half of one', () => {
    expect(shorten('👍👍👍', 2)).toBe('👍…');
    expect(shorten('abc', 3)).toBe('abc');
  });
  it('keep the end of a long prompt, from a whole word on', () => {
    expect(lastWords('short\nenough')).toBe('short enough');
    expect(lastWords('one two three four', 12)).toBe('…three four');
    expect(lastWords('x'.repeat(40), 10)).toBe(`…${'x'.repeat(10)}`);
  });
  it('give the context with the cut marked', () => {
    const tokens = ['The', ' Eiffel', ' Tower', '\n', ' is'].map((text) => ({ text }));
    expect(contextOf(tokens, 4, 3)).toBe('…Tower is');
    expect(contextOf(tokens, 1)).toBe('The Eiffel');
    expect(contextOf(tokens, 2, 5, 1)).toBe('Eiffel Tower');
    expect(contextOf(tokens, 0, 5, 1)).toBe('The');
  });
});

describe('numbers on screen', () => {
  it.each([[0.973, '97.3 %'], [0.0042, '0.42 %'], [0.00001, '<0.01 %'], [0, '0.0 %'], [1, '100.0 %'], [0.99999, '>99.99 %'], [0.9997, '99.97 %'], [NaN, '–']])('probability %d is %s', (p, text) => {
    expect(percent(p)).toBe(text);
  });
  it.each([[0.95, '95%'], [0.998, '99.8%'], [1, '100%'], [0.032, '3.2%'], [0.00004, '4e-5'], [0, '0'], [NaN, '']])('in a cell %d is %s', (p, text) => {
    expect(cellProbability(p)).toBe(text);
  });
  it('take a true minus and a dash where nothing is known', () => {
    expect(fixed(-4.926)).toBe('−4.93');
    expect(fixed(NaN)).toBe('–');
    expect(fixed(-0.0004)).toBe('0.00');
    expect(rank(0)).toBe('–');
  });
  it('write the sign of a vote, and shares beyond 0 and 100', () => {
    expect([plus(1.2), plus(-0.866), plus(0.001), plus(0.0123, 3)]).toEqual(['+1.20', '−0.87', '0.00', '+0.012']);
    expect([share(0.78), share(1.116), share(-0.042), share(0), share(NaN)]).toEqual(['78 %', '112 %', '−4.2 %', '0 %', '–']);
  });
  it('say small differences as programs do', () => {
    expect(tiny(3.02e-5)).toBe('3e-5');
    expect(tiny(0)).toBe('0');
  });
  it('group ranks', () => {
    expect([rank(1466), cellRank(999), cellRank(1466), cellRank(49_152)]).toEqual(['1,466', '999', '1.5k', '49k']);
  });
  it('name ranges of layers', () => {
    expect([layerRange(20, 25), layerRange(7, 7)]).toEqual(['layers 20–25', 'layer 7']);
  });
});
