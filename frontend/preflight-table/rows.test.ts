import { describe, expect, it } from 'vitest';
import { ordered, totals, type PreflightRow } from './rows';

function row(logitDiff: number | null, answerLogProb = -1): PreflightRow {
  return {
    prompt: 'a', answer: ' b', foil: logitDiff === null ? null : ' c', template: null, tokens: 3, answerLogProb, foilLogProb: null,
    logitDiff, answerRank: 1, correct: (logitDiff ?? 1) > 0, topToken: ' b', topLogProb: -0.1,
  };
}

describe('rows of a preflight', () => {
  it('are ordered by logit difference, keeping their numbers', () => {
    const rows = [row(2), row(-1), row(5)];
    expect(ordered(rows, 'worst').map(({ number }) => number)).toEqual([2, 1, 3]);
    expect(ordered(rows, 'best').map(({ number }) => number)).toEqual([3, 1, 2]);
    expect(ordered(rows, 'given').map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('are totalled without those that have no foil', () => {
    expect(totals([row(2), row(-1), row(null)])).toEqual({ right: 2, mean: 0.5 });
    expect(totals([row(null)]).mean).toBeNaN();
  });
});
