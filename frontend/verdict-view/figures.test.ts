import { describe, expect, test } from 'vitest';
import { verdictJson } from '../harness/verdict-fixture';
import { asClose, domainOf, emphasised, histogram, isOverAccounted, levels, quantile, reading, spread, ticks } from './figures';
import { readVerdict, type Verdict } from './verdict';

const verdict = readVerdict(verdictJson());

describe('random circuits', () => {
  test('are ranked by how far they are from the model, whichever side', () => {
    expect(asClose([3, 4, 5, 6, 7], 5, 4)).toBe(3);
  });

  test('of the same layers come as close as the measured claim twelve times', () => {
    expect(asClose(verdict.nulls[0].model.values, verdict.sufficiency.model, verdict.sufficiency.circuit)).toBe(12);
  });

  test('are all in the histogram, the greatest among them', () => {
    const bins = histogram([0, 1, 2, 3, 10], [0, 10], 5, (value) => value >= 3);
    expect(bins.map((bin) => bin.count)).toEqual([2, 2, 0, 0, 1]);
    expect(bins.map((bin) => bin.close)).toEqual([0, 1, 0, 0, 1]);
  });
});

describe('axes', () => {
  test('have round ticks within their domain', () => {
    expect(ticks(-1.9, 4.7, 4)).toEqual([0, 2, 4]);
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
    expect(ticks(3, 3, 5)).toEqual([3]);
  });

  test('have air around their values and survive having none', () => {
    expect(domainOf([])).toEqual([0, 1]);
    expect(domainOf([NaN, 2, 2])[0]).toBeLessThan(2);
  });

  test('stack labels that would cover each other', () => {
    expect(levels([10, 12, 100], [20, 20, 20])).toEqual([0, 1, 0]);
  });
});

describe('vote and effect', () => {
  const read = (vote: number, effect: number) => reading({ name: 'L1H1', vote, effect }, 4);
  test('agree within a quarter, or within a twentieth of the whole', () => {
    expect(read(1, 0.8)).toBe('');
    expect(read(0.1, -0.05)).toBe('');
  });
  test('disagree in four ways', () => {
    expect(read(1, 0.05)).toBe('others make up for it when it is gone');
    expect(read(0.1, 1)).toBe('acts through later components');
    expect(read(0.3, -0.5)).toBe('votes for it, yet without it the answer gains');
    expect(read(-0.3, 0.5)).toBe('votes against it, yet without it the answer loses');
  });
});

describe('prompts', () => {
  test('with too small a difference are counted, not divided', () => {
    const found = spread(verdict);
    expect([found.defined, found.undefinedCount]).toEqual([15, 1]);
    expect(verdict.undefinedExamples).toBe(1);
    expect(found.worst!.circuit / found.worst!.model).toBeCloseTo(0.491, 2);
    expect(found.q25).toBeLessThan(found.median);
  });
  test('have quartiles between neighbours', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

test('a sum of more than the whole flatters only while votes against are left out', () => {
  const with_ = (share: number, negative: number): Verdict => ({ ...verdict, accounting: { ...verdict.accounting, share, negative } });
  expect(isOverAccounted(with_(1.5, 0.2))).toBe(true);
  expect(isOverAccounted(with_(1.5, 1))).toBe(false);
  expect(isOverAccounted(with_(0.9, 0.2))).toBe(false);
});

test('a sentence’s numbers are set in bold, the names of components are not', () => {
  const strong = (sentence: string) => emphasised(sentence).filter((piece) => piece.strong).map((piece) => piece.text);
  expect(strong('These 8 of 270 heads account for 78 % and keep 75 % [66, 83] of it; L9H9 gives −0.4.')).toEqual(['8 of 270', '78 %', '75 %', '[66, 83]', '−0.4']);
  expect(emphasised('No numbers.')).toEqual([{ text: 'No numbers.', strong: false }]);
  expect(emphasised(verdict.sentence).map((piece) => piece.text).join('')).toBe(verdict.sentence);
});
