import { describe, expect, test } from 'vitest';
import { verdictJson } from '../harness/verdict-fixture';
import { toMarkdown } from './markdown';
import { discovery, readVerdict } from './verdict';
import { declaration, interval, meaning, protocolLine, pValue, share, signed } from './words';

const verdict = readVerdict(verdictJson());

describe('a result', () => {
  test('is read as it is written', () => {
    expect(verdict.label).toBe('protocol-dependent');
    expect(verdict.sufficiency.kept).toBeCloseTo(0.746);
    expect(verdict.necessity.left).toBeCloseTo(0.051);
    expect(verdict.examples[0]).toMatchObject({ model: 5.365, circuit: 3.797 });
    expect(verdict.nulls.map(({ key, model }) => [key, model.values.length])).toEqual([['layers', 60], ['anywhere', 60]]);
    expect(verdict.knockouts[0].gap).toBeCloseTo(0.83);
    expect(verdict.repairs[0].stepped[0]).toEqual({ name: 'L29H1', change: 0.21, norm: 0.02 });
    expect(verdict.thresholds['sufficiency']).toBe(0.7);
    expect(discovery(verdict).examples).toBe(16);
    expect(verdict.heldOut).toMatchObject({ examples: 16, kept: 0.712, left: 0.081 });
  });

  test('counts votes for and against as shares of all of them', () => {
    expect(verdict.accounting.positive).toBeCloseTo(0.632);
    expect(verdict.accounting.negative).toBeCloseTo(0.447);
    expect(readVerdict({ accounting: { negativeCovered: 0, negativeTotal: 0 } }).accounting.negative).toBe(1);
  });

  test('that says little is shown as little', () => {
    const read = readVerdict({ kind: 'circuit-test' });
    expect(read).toMatchObject({ label: 'inconclusive', reasons: [], examples: [], nulls: [], heldOut: null });
    expect(read.sufficiency.kept).toBeNaN();
    expect(() => toMarkdown(read, 'Nothing')).not.toThrow();
  });
});

describe('words', () => {
  test('shares are whole percent, small ones not nothing', () => {
    expect([share(0.7463), share(0.009), share(0), share(-0.118), share(NaN)]).toEqual(['75 %', '0.9 %', '0 %', '−12 %', '–']);
    expect(interval([0.661, 0.832])).toBe('[66, 83] %');
    expect(interval([-0.012, 0.0004])).toBe('[−1, 0] %');
    expect([signed(0.001), signed(0.014), signed(-0.014)]).toEqual(['0.00', '+0.01', '−0.01']);
  });
  test('p is never zero', () => {
    expect([pValue(0.213), pValue(0.0099), pValue(0.0001), pValue(NaN)]).toEqual(['0.21', '0.010', '<0.001', '–']);
  });
  test('green is for what held', () => {
    expect(['supported', 'protocol-dependent', 'refuted', 'inconclusive'].map(meaning)).toEqual(['good', 'warn', 'bad', '']);
  });
  test('the protocol is one line', () => {
    expect(protocolLine(verdict)).toEqual(['8 of 270 heads', 'mean-ablated over the set', 'all positions', 'logit difference', '16 prompts', 'seed 3']);
  });
  test('the declaration names everything that was fixed', () => {
    const names = declaration(verdict).map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining(['granularity', 'ablation value', 'reference', 'positions', 'direction', 'metric', 'prompts', 'seed', 'thresholds']));
    expect(Object.fromEntries(declaration(verdict))['classes']).toBe('name mover: L23H3, L29H1 · negative: L24H4, L29H0');
  });
});

describe('the report', () => {
  const report = toMarkdown(verdict, 'Eight late heads');
  test('begins with the finding and ends with the declaration', () => {
    expect(report).toMatch(/^# Eight late heads\n\n\*\*protocol-dependent\.\*\* These 8 of 270 heads/);
    expect(report).toContain('## Declaration');
    expect(report.indexOf('## Declaration')).toBeGreaterThan(report.indexOf('## Each prompt'));
  });
  test('has vote and effect side by side', () => {
    expect(report).toContain('| L23H0 | +0.78 | −0.02 | others make up for it when it is gone |');
    expect(report).toContain('12 of 60 as close');
  });
  test('keeps its tables whole whatever a prompt says', () => {
    const read = readVerdict({ examples: [{ prompt: 'a | b\nc', model: 1, circuit: 1 }] });
    expect(toMarkdown(read, 't')).toContain('| a \\| b c | 1.00 | 1.00 | – |');
  });
});
