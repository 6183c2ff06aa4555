import { describe, expect, it } from 'vitest';
import { lensFile, syntheticNumbers } from '../harness/lens-fixture';
import { LensResult } from './lens-result';
import { metricOf, metricsOf } from './metrics';

const result = LensResult.read(lensFile(syntheticNumbers(8, 4)));

describe('metrics', () => {
  it('offer both figures of every tracked token', () => {
    expect(metricsOf(result).map((m) => m.key)).toEqual(['final', 'top', 'tracked:7:logProb', 'tracked:7:rank', 'tracked:8:logProb', 'tracked:8:rank', 'entropy', 'kl']);
  });
  it('fall back to the final token for a key the result does not have', () => {
    expect(metricOf(result, 'tracked:999:rank').key).toBe('final');
    expect(metricOf(result, '').key).toBe('final');
  });
  it('define themselves with a unit or a range', () => {
    for (const metric of metricsOf(result)) {
      expect(metric.definition).toMatch(/nats|0 to 1|1 is the most likely/);
    }
  });
  it('keep every value and tick inside the scale', () => {
    for (const metric of metricsOf(result)) {
      for (let row = 0; row < result.rowCount; row++) {
        const t = metric.scale(metric.value(row, 1));
        expect(t).toBeGreaterThanOrEqual(0);
        expect(t).toBeLessThanOrEqual(1);
      }
      const places = metric.ticks.map((tick) => metric.scale(tick.value));
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });
  it('have no divergence at the final layer', () => {
    const kl = metricOf(result, 'kl');
    expect(kl.scale(kl.value(result.finalRow, 0))).toBe(0);
  });
});
