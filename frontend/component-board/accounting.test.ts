import { describe, expect, it } from 'vitest';
import { scores as stored } from '../harness/board-fixture';
import { ComponentScores } from '../shared/component-scores';
import { plain } from '../shared/reading';
import { account, meter, quantile, sharesByExample, warnings } from './accounting';
import { lift, strip } from './distribution';
import { concentration, finding } from './finding';
import { LARGEST_FIRST, asText, extent, resort, sorted, waterfall } from './ledger';

const example = (logitDiff: number) => ({ prompt: 'a b', answer: ' x', foil: ' y', tokens: ['a', ' b'], logitDiff });

/** Two prompts of 4 and 2: votes for 5.5, against −2.5, mean 3. */
const scores = ComponentScores.read(stored([example(4), example(2)], [
  { name: 'embed', values: [0.5, 0.5] }, { name: 'L0H0', values: [4, 2] }, { name: 'L0H1', values: [-2, -1] }, { name: 'L1H0', values: [2.5, 1.5] }, { name: 'L1H1', values: [-1, -1] },
  { name: 'MLP0', values: [0, 0] }, { name: 'MLP1', values: [0, 0] },
], 0));
const of = (...names: string[]) => account(scores, new Set(names), null);

describe('what a selection accounts for', () => {
  it('is the signed sum over the total, masses kept apart', () => {
    expect(of('L0H0', 'L0H1')).toMatchObject({ claimed: 1.5, total: 3, share: 0.5, left: 1.5, votesFor: { covered: 3, all: 5.5 }, votesAgainst: { covered: -1.5, all: -2.5 } });
  });
  it('can be taken on one prompt', () => {
    expect(account(scores, new Set(['L0H0']), 1)).toMatchObject({ claimed: 2, total: 2, share: 1 });
  });
  it('of everything is all of it', () => {
    expect(of(...scores.lines.map((line) => line.name)).share).toBe(1);
  });
  it('is nothing for an empty selection, which is not doubted', () => {
    expect(of()).toMatchObject({ claimed: 0, share: 0, left: 3 });
    expect(warnings(of())).toEqual([]);
  });
  it('differs from prompt to prompt', () => {
    expect(sharesByExample(scores, new Set(['L1H0']))).toEqual([0.625, 0.75]);
    expect(quantile([0, 1, 4], 0.75)).toBe(2.5);
  });
  it('has no share where there is next to nothing to explain', () => {
    const flat = ComponentScores.read(stored([example(0.05)], [{ name: 'L0H0', values: [2] }, { name: 'L0H1', values: [-1.95] }, { name: 'MLP0', values: [0] }], 0));
    const a = account(flat, new Set(['L0H0']), null);
    expect(a.share).toBeNull();
    expect(warnings(a)[0]).toMatch(/next to nothing/);
    expect(sharesByExample(flat, new Set(['L0H0']))).toEqual([]);
  });
});

describe('a selection is doubted', () => {
  it('always: a sum is not a cause', () => {
    expect(warnings(of('L0H0', 'L0H1'))).toEqual(['A sum is not a cause: test it by ablation before you believe it']);
  });
  it('when it makes more than all because votes against are left out', () => {
    expect(warnings(of('L0H0', 'L1H0'))[0]).toBe('Over-accounted: 167 % only because votes against the answer worth −2.50 are left out');
  });
  it('not for a hair over all when the votes against are in it', () => {
    expect(warnings(of('L0H0', 'L1H0', 'L0H1', 'L1H1', 'embed'))).toHaveLength(1);
  });
  it('when it pulls the other way', () => {
    expect(warnings(of('L0H1'))[0]).toMatch(/other way/);
  });
  it('with sides exchanged where the model prefers the foil', () => {
    const reversed = ComponentScores.read(stored([example(-3)], [{ name: 'L0H0', values: [2] }, { name: 'L0H1', values: [-5] }, { name: 'MLP0', values: [0] }], 0));
    expect(warnings(account(reversed, new Set(['L0H1']), null))[0]).toMatch(/Over-accounted: 167 % only because votes for the answer worth \+2.00/);
  });
});

describe('the meter', () => {
  it('shows what is cancelled between net and gross', () => {
    expect(meter(of('L0H0', 'L0H1'))).toEqual({ full: 1, net: 0.5, gross: 1, backwards: false });
  });
  it('shrinks so that more than all fits, with all marked', () => {
    const m = meter(of('L0H0', 'L1H0'));
    expect([m.full, m.net, m.gross].map((x) => +x.toFixed(3))).toEqual([0.6, 1, 1]);
  });
  it('turns where the selection pulls the other way', () => {
    expect(meter(of('L0H1'))).toMatchObject({ backwards: true, net: 0.5 });
  });
});

describe('the ledger', () => {
  it('runs largest first, whatever the sign', () => {
    expect(sorted(scores, LARGEST_FIRST, null).slice(0, 4).map((line) => line.name)).toEqual(['L0H0', 'L1H0', 'L0H1', 'L1H1']);
  });
  it('sorts by name in the order of the model, then backwards', () => {
    const byName = resort(LARGEST_FIRST, 'name');
    expect(sorted(scores, byName, null)[0].name).toBe('embed');
    expect(sorted(scores, resort(byName, 'name'), null)[0].name).toBe('MLP1');
  });
  it('falls from 0 to the total, the others in one step', () => {
    const steps = waterfall(scores, null, 3);
    expect(steps.map((step) => [step.name, step.from, step.to])).toEqual([['L0H0', 0, 3], ['L1H0', 3, 5], ['L0H1', 5, 3.5], ['others', 3.5, 3]]);
    expect(steps[3].lines).toBe(4);
    expect(extent(steps)).toEqual([0, 5]);
  });
  it('shows a residual that is seen', () => {
    const open = ComponentScores.read({ ...stored([example(4)], [{ name: 'L0H0', values: [3.9] }, { name: 'MLP0', values: [0] }], 0) });
    expect(waterfall(open, null, 5).at(-1)).toMatchObject({ name: 'residual', to: 4 });
  });
  it('copies as a table', () => {
    expect(asText(scores, ['L0H1'])).toBe('component\tmean\tsd\thelping\nL0H1\t-1.5\t0.5\t0');
  });
});

describe('the finding', () => {
  it('says what was found over the set', () => {
    expect(plain(finding(scores, null))).toBe('Over 2 prompts the answer leads its foil by 3.00 logits and is ahead on 2 of 2. L0H0 votes most for it (+3.00, on every prompt), L0H1 most against it (−1.50). Half of the votes for it come from 1 of 6 heads and MLPs.');
  });
  it('says it of one prompt', () => {
    expect(plain(finding(scores, 1))).toMatch(/^On prompt 2 ·x leads ·y by 2.00 logits\. L0H0 votes most for it \(\+2.00\)/);
  });
  it('counts who casts half of the votes', () => {
    expect(plain(concentration([3, -9, 2, 2, 1]))).toMatch(/from 2 of 5 heads/);
    expect(concentration([-1])).toEqual([]);
  });
});

describe('the strip of votes', () => {
  it('always has 0 on it', () => {
    const s = strip([1, 2, 4], 100);
    expect([s.zero, s.at(4), s.at(2)]).toEqual([0, 100, 50]);
    expect(strip([-1, -2], 100).zero).toBe(100);
  });
  it('spreads many dots, never few, within its height', () => {
    expect(lift(3, 4)).toBe(0);
    for (let i = 0; i < 40; i++) {
      expect(Math.abs(lift(i, 40))).toBeLessThanOrEqual(0.5);
    }
  });
});
