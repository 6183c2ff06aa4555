/** What a selection of components accounts for. Pure sums of votes, in logits. */

import { plus, share as percent } from '../shared/format';
import type { ComponentScores } from '../shared/component-scores';

/** Below this logit difference a share of it says nothing. */
export const LEAST_DIFFERENCE = 0.1;

export interface Accounting {
  readonly count: number;
  readonly total: number;
  /** Signed sum of the selected votes. */
  readonly claimed: number;
  /** claimed / total; null where the total is too near to 0. */
  readonly share: number | null;
  readonly votesFor: { readonly covered: number; readonly all: number };
  readonly votesAgainst: { readonly covered: number; readonly all: number };
  readonly left: number;
  readonly residual: number;
}

export function account(scores: ComponentScores, selected: ReadonlySet<string>, example: number | null): Accounting {
  const mass = { for: 0, forAll: 0, against: 0, againstAll: 0 };
  for (const line of scores.lines) {
    const vote = scores.vote(line, example);
    const chosen = selected.has(line.name);
    mass.forAll += vote > 0 ? vote : 0;
    mass.againstAll += vote < 0 ? vote : 0;
    mass.for += chosen && vote > 0 ? vote : 0;
    mass.against += chosen && vote < 0 ? vote : 0;
  }
  const total = scores.total(example);
  const claimed = mass.for + mass.against;
  return {
    count: selected.size,
    total,
    claimed,
    share: Math.abs(total) < LEAST_DIFFERENCE ? null : claimed / total,
    votesFor: { covered: mass.for, all: mass.forAll },
    votesAgainst: { covered: mass.against, all: mass.againstAll },
    left: total - claimed,
    residual: scores.residual(example),
  };
}

/** What a reader must know before believing the share; most urgent first. */
export function warnings(a: Accounting): string[] {
  if (a.count === 0) {
    return [];
  }
  const said: string[] = [];
  const opposing = a.total >= 0 ? a.votesAgainst : a.votesFor;
  const uncovered = opposing.all - opposing.covered;
  if (a.share === null) {
    said.push(`The logit difference is ${plus(a.total)}, next to nothing: a share of it says nothing`);
  } else if (a.share > 1 && Math.abs(uncovered) > 0.05 * Math.abs(a.total)) {
    const side = a.total >= 0 ? 'against' : 'for';
    said.push(`Over-accounted: ${percent(a.share)} only because votes ${side} the answer worth ${plus(uncovered)} are left out`);
  } else if (a.share < 0) {
    said.push('Taken together, the selection pulls the other way');
  }
  said.push('A sum is not a cause: test it by ablation before you believe it');
  return said;
}

/** Shares prompt by prompt, ascending; prompts whose logit difference is next to nothing are left out. */
export function sharesByExample(scores: ComponentScores, selected: ReadonlySet<string>): number[] {
  const lines = scores.lines.filter((line) => selected.has(line.name));
  return scores.examples
    .map((example, e) => ({ total: example.logitDiff, claimed: lines.reduce((sum, line) => sum + line.values[e], 0) }))
    .filter(({ total }) => Math.abs(total) >= LEAST_DIFFERENCE)
    .map(({ total, claimed }) => claimed / total)
    .sort((a, b) => a - b);
}

/** Quantile of ascending values, between neighbours linear. */
export function quantile(ascending: readonly number[], q: number): number {
  const at = q * (ascending.length - 1);
  const below = Math.floor(at);
  const above = Math.min(ascending.length - 1, below + 1);
  return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
}

/** Ends of the meter's pieces as shares of its width: votes covered, what they cancel, and where 100 % stands. */
export interface Meter {
  readonly full: number;
  readonly net: number;
  readonly gross: number;
  /** Whether the selection pulls the other way. */
  readonly backwards: boolean;
}

export function meter(a: Accounting): Meter {
  if (a.share === null) {
    return { full: 1, net: 0, gross: 0, backwards: false };
  }
  const direct = a.total >= 0 ? a.votesFor.covered : -a.votesAgainst.covered;
  const gross = direct / Math.abs(a.total);
  const widest = Math.max(1, gross, Math.abs(a.share));
  return { full: 1 / widest, net: Math.abs(a.share) / widest, gross: gross / widest, backwards: a.share < 0 };
}
