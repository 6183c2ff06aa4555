import { describe, expect, it } from 'vitest';
import { contrast, divergingRamp, linearScale, log1pScale, mix, parseHex, ramp, rankScale, seriesStyle, signedSqrtScale, sqrtScale, type Rgb } from './palette';

describe('scales', () => {
  it('√p shows small probabilities', () => {
    expect([0, 0.01, 0.25, 1].map(sqrtScale)).toEqual([0, 0.1, 0.5, 1]);
  });
  it('ranks are deepest at 1 and paper at the end of the vocabulary', () => {
    const scale = rankScale(10_000);
    expect([1, 100, 10_000, 20_000].map((r) => +scale(r).toFixed(6))).toEqual([1, 0.5, 0, 0]);
  });
  it('clamp what lies outside, minus infinity too', () => {
    expect(linearScale(-16, 0)(-120)).toBe(0);
    expect(linearScale(-16, 0)(-Infinity)).toBe(0);
    expect(linearScale(-16, 0)(-4)).toBe(0.75);
    expect(sqrtScale(-1)).toBe(0);
    expect(log1pScale(30)(300)).toBe(1);
  });
  it('log(1 + x) separates small divergences', () => {
    const scale = log1pScale(100);
    expect(scale(0)).toBe(0);
    expect(scale(1) - scale(0)).toBeGreaterThan(scale(100) - scale(99));
  });
});

describe('the ramp', () => {
  const themes = { light: ['#f7f7f4', '#0d3b5c', '#15191e', '#ffffff'], dark: ['#1a1f26', '#7cc7f0', '#e7eaee', '#0b1016'] };
  it.each(Object.entries(themes))('%s: every step carries readable ink', (_, colours) => {
    const [from, to, ink0, ink1] = colours.map(parseHex);
    const { fills, inks, pale } = ramp(from, to, ink0, ink1);
    const rgb = (text: string) => text.match(/\d+/g)!.map(Number) as unknown as [number, number, number];
    fills.forEach((fill, i) => {
      expect(contrast(rgb(fill), rgb(inks[i]))).toBeGreaterThan(4);
      expect(contrast(rgb(fill), rgb(pale[i]))).toBeGreaterThanOrEqual(3);
    });
  });
  it('goes from paper to the deep hue', () => {
    const r = ramp(parseHex('#fff'), parseHex('#000000'), parseHex('#000'), parseHex('#fff'));
    expect([r.fills[r.index(0)], r.fills[r.index(1)], r.fills[r.index(7)]]).toEqual(['rgb(255 255 255)', 'rgb(0 0 0)', 'rgb(0 0 0)']);
    expect(mix([0, 0, 0], [255, 255, 255], 0.5)).toEqual([128, 128, 128]);
  });
  it('series differ in dash as well as in colour', () => {
    const styles = Array.from({ length: 6 }, (_, i) => seriesStyle(i));
    expect(new Set(styles.map((s) => s.colour)).size).toBe(6);
    expect(new Set(styles.map((s) => s.dash)).size).toBe(6);
  });
});

describe('two hues around zero', () => {
  const ends = ['#c4532b', '#f1f1ec', '#1f5fa8', '#15191e', '#ffffff'].map(parseHex) as [Rgb, Rgb, Rgb, Rgb, Rgb];
  const r = divergingRamp(...ends);
  it('meet in paper, orange below and blue above', () => {
    expect([r.fills[r.index(-1)], r.fills[r.index(0)], r.fills[r.index(1)]]).toEqual(['rgb(196 83 43)', 'rgb(241 241 236)', 'rgb(31 95 168)']);
    expect(r.index(-9)).toBe(0);
  });
  it('carry readable ink at every step', () => {
    const rgb = (text: string) => text.match(/\d+/g)!.map(Number) as unknown as Rgb;
    r.fills.forEach((fill, i) => expect(contrast(rgb(fill), rgb(r.inks[i]))).toBeGreaterThan(3.9));
  });
  it('take the root on both sides', () => {
    expect([-4, -1, 0, 1, 9].map(signedSqrtScale(4))).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
});
