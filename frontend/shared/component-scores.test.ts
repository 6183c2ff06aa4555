import { describe, expect, it } from 'vitest';
import { scores } from '../harness/board-fixture';
import { ComponentScores } from './component-scores';
import { MalformedResult } from './fetch-result';

const example = (logitDiff: number) => ({ prompt: 'a b', answer: ' x', foil: ' y', tokens: ['a', ' b'], logitDiff });
const json = scores([example(3), example(1)], [
  { name: 'embed', values: [0.5, -0.5] }, { name: 'L0H0', values: [2, 1] }, { name: 'MLP0', values: [0.5, 0.5] },
], 0);

describe('a stored attribution', () => {
  const read = ComponentScores.read(json);
  it('gives votes and totals of the set and of one prompt', () => {
    const head = read.line('L0H0')!;
    expect([read.vote(head, null), read.vote(head, 1), read.total(null), read.total(0)]).toEqual([1.5, 1, 2, 3]);
  });
  it('lets heads and MLPs be chosen, not embeddings and biases', () => {
    expect([...read.choosable]).toEqual(['L0H0', 'MLP0']);
  });
  it('takes heads apart by source and MLPs by neuron, adding up to their lines', () => {
    const { top, rest, bias } = read.partsOf('MLP0')!;
    expect(top.reduce((sum, n) => sum + n.mean, rest + bias)).toBeCloseTo(0.5);
    expect(read.sourcesOf('L0H0')!.reduce((a, b) => a + b)).toBeCloseTo(1.5);
    expect(ComponentScores.read({ ...json, neurons: undefined, sources: undefined }).partsOf('MLP0')).toBeNull();
  });
  it('closes only where every prompt does, relative to its own difference', () => {
    const off = (residual: number) => ComponentScores.read({ ...json, examples: json.examples.map((e, i) => ({ ...e, residual: i === 0 ? residual : 0 })) });
    expect([off(0.0029).closes, off(0.0031).closes]).toEqual([true, false]);
  });
  it.each([[null, /attribution was expected/], [{ kind: 'lens' }, /this is "lens"/], [{ ...json, examples: [] }, /no examples/], [{ ...json, examples: json.examples.slice(1) }, /embed has 2 values for 1 examples/]])(
    'is refused where it is none: %#', (broken, message) => {
      expect(() => ComponentScores.read(broken)).toThrow(MalformedResult);
      expect(() => ComponentScores.read(broken)).toThrow(message);
    },
  );
});
