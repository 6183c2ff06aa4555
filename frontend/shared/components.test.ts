import { describe, expect, it } from 'vitest';
import { counted, describe as inWords, parseTyped, placeOf } from './components';

const known = new Set(['L9H6', 'L9H9', 'L10H0', 'MLP0', 'MLP9']);

describe('names of components', () => {
  it('say where a component stands, and that others stand nowhere', () => {
    expect(placeOf('L23H3')).toEqual({ kind: 'head', layer: 23, head: 3 });
    expect(placeOf('MLP0')).toEqual({ kind: 'mlp', layer: 0, head: -1 });
    expect(['embed', 'attn_bias3', 'L1', 'H3', 'xL1H1'].map(placeOf)).toEqual([null, null, null, null, null]);
  });
  it('are said in words', () => {
    expect(['L23H3', 'MLP0', 'attn_bias3', 'b_U'].map(inWords)).toEqual(['head 3 of layer 23', 'MLP of layer 0', 'attention’s output and value bias, layer 3', 'bias of the unembedding']);
    expect([counted(['L1H1']), counted(['L1H1', 'L1H2', 'MLP0']), counted(['MLP0', 'MLP1'])]).toEqual(['1 head', '2 heads and 1 MLP', '2 MLPs']);
  });
});

describe('typed components', () => {
  it('are found however they are written, once each, in the order typed', () => {
    expect(parseTyped('l9h9, 10.0;MLP0  L9H9 L09H06', known).names).toEqual(['L9H9', 'L10H0', 'MLP0', 'L9H6']);
  });
  it('may be a whole layer of heads', () => {
    expect(parseTyped('L9', known).names).toEqual(['L9H6', 'L9H9']);
  });
  it('that name nothing are told as they were typed', () => {
    expect(parseTyped('L99H1 foo MLP0 12.1', known)).toEqual({ names: ['MLP0'], unknown: ['L99H1', 'foo', '12.1'], positions: false });
    expect(parseTyped(' ,; ', known)).toEqual({ names: [], unknown: [], positions: false });
  });
  it('with a position are taken whole, and the position is told', () => {
    expect(parseTyped('MLP0@END', known)).toEqual({ names: ['MLP0'], unknown: [], positions: true });
  });
});
