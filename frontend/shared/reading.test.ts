import { describe, expect, it } from 'vitest';
import { column } from '../harness/column';
import { finding, plain, reading } from './reading';

const said = (tops: number[], ranks: number[]) => plain(reading(column(tops, ranks), 0));
const found = (tops: number[], ranks: number[]) => plain(finding(column(tops, ranks), 0));

describe('the reading in words', () => {
  it('tells when the winner came up and what it overwrote', () => {
    expect(said([3, 2, 2, 1], [90, 40, 8, 1])).toBe('·Rome enters the top ten at layer 2, is on top from layer 3 (crystallised). It overwrote ·the (layers 1–2) and , (layer 0).');
  });
  it('names the top five only where it comes between', () => {
    expect(said([3, 2, 2, 1], [9, 8, 4, 1])).toContain('top ten at layer 0, the top five at layer 2, is on top');
  });
  it('says when a first place was lost again', () => {
    expect(said([2, 1, 2, 1], [40, 1, 4, 1])).toContain('is first on top at layer 1, loses it again, and is on top for good from layer 3 (crystallised)');
  });
  it('says when nothing was overwritten', () => {
    expect(said([1, 1, 1, 1], [1, 1, 1, 1])).toBe('·Rome is on top at every layer, the embedding included (crystallised at 0). It overwrote nothing.');
  });
  it('counts what it does not name', () => {
    const result = column([2, 3, 2, 3, 2, 1], [50, 50, 50, 50, 50, 1], [0, 1, 2, 3, 4, 5]);
    expect(plain(reading(result, 0))).toContain('and 2 earlier readings.');
  });
});

describe('the sentence before the chart', () => {
  it('gives the answer, its probability and the layers', () => {
    expect(found([3, 2, 2, 1], [90, 40, 8, 1])).toBe(
      'After “of” the model says ·Rome with 60.7 %. The lens sees it enter the ten likeliest tokens at layer 2 and stay on top only at the final layer, 3; until then it reads ·the longest (layers 1–2).',
    );
  });
  it('joins both when they are one layer', () => {
    expect(found([3, 2, 1, 1], [90, 40, 1, 1])).toContain('enter the ten likeliest tokens and stay on top from layer 2 of 3; until then');
  });
  it('needs no layer when every layer agrees', () => {
    expect(found([1, 1, 1, 1], [1, 1, 1, 1])).toContain('on top at every layer');
  });
});
