import { describe, expect, it } from 'vitest';
import { layerAt, layerTicks, segments, xOf, yOf, type Plot } from './scale';

const plot: Plot = { width: 1000, height: 160, left: 40, right: 10, top: 10, bottom: 20 };

describe('the trajectory chart', () => {
  it('puts certainty on top and everything out of sight on the floor', () => {
    expect(yOf(plot, 'logProb', 0, 100)).toBe(10);
    expect(yOf(plot, 'logProb', -16, 100)).toBe(140);
    expect(yOf(plot, 'logProb', -130, 100)).toBe(140);
  });
  it('draws ranks logarithmically, the first on top', () => {
    expect(yOf(plot, 'rank', 1, 10_000)).toBe(10);
    expect(yOf(plot, 'rank', 100, 10_000)).toBeCloseTo(75);
    expect(yOf(plot, 'rank', 10_000, 10_000)).toBe(140);
  });
  it('finds the layer nearest to the pointer, half layers too', () => {
    const layers = [0, 0.5, 1, 1.5, 2];
    for (const layer of layers) {
      expect(layerAt(plot, xOf(plot, layer, 2) + 20, layers)).toBe(layer);
    }
    expect(layerAt(plot, -50, layers)).toBe(0);
  });
  it('always labels the last layer, and none too close to it', () => {
    expect(layerTicks(30, 1000).at(-1)).toBe(30);
    expect(layerTicks(32, 300)).toEqual([0, 5, 10, 15, 20, 25, 32]);
    expect(layerTicks(4, 1000)).toEqual([0, 1, 2, 3, 4]);
  });
  it('breaks a line where nothing is known', () => {
    expect(segments([-1, -2, null, -3, null, -4, -5])).toEqual([[0, 1], [3], [5, 6]]);
    expect(segments([null, null])).toEqual([]);
  });
});
