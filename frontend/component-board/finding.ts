import { count, plus } from '../shared/format';
import type { ComponentScores, ScoreLine } from '../shared/component-scores';
import type { Piece } from '../shared/reading';

/** What was found, in words with its numbers: over the set, or on one prompt. */
export function finding(scores: ComponentScores, example: number | null): Piece[] {
  const lines = scores.lines.filter((line) => scores.choosable.has(line.name));
  const vote = (line: ScoreLine) => scores.vote(line, example);
  const best = lines.reduce((a, b) => (vote(b) > vote(a) ? b : a), lines[0]);
  const worst = lines.reduce((a, b) => (vote(b) < vote(a) ? b : a), lines[0]);
  const pieces = opening(scores, example);
  if (best && vote(best) > 0) {
    pieces.push({ figure: best.name }, ' votes most for it (', { figure: plus(vote(best)) }, always(scores, best, example), ')');
    pieces.push(...(worst && vote(worst) < 0 ? [', ', { figure: worst.name }, ' most against it (', { figure: plus(vote(worst)) }, ')'] : []), '. ');
    pieces.push(...concentration(lines.map(vote)));
  }
  return pieces;
}

function opening(scores: ComponentScores, example: number | null): Piece[] {
  const total = scores.total(example);
  if (example !== null) {
    const { answer, foil } = scores.examples[example];
    return [`On prompt ${example + 1} `, { token: answer }, ...(foil ? [total >= 0 ? ' leads ' : ' trails ', { token: foil }, ' by '] : [' has a logit of ']), { figure: plus(Math.abs(total)).replace('+', '') }, foil ? ' logits. ' : '. '];
  }
  const n = scores.examples.length;
  const where = n === 1 ? 'On this prompt' : `Over ${count(n, 'prompt')}`;
  if (scores.metric === 'logit') {
    return [`${where} the answer’s logit is `, { figure: plus(total) }, ' on average. '];
  }
  return [`${where} the answer ${total >= 0 ? 'leads' : 'trails'} its foil by `, { figure: plus(Math.abs(total)).replace('+', '') }, ' logits and is ahead on ', { figure: `${scores.right} of ${n}` }, '. '];
}

function always(scores: ComponentScores, line: ScoreLine, example: number | null): string {
  const n = scores.examples.length;
  return example !== null || n === 1 ? '' : line.helping === 1 ? ', on every prompt' : `, on ${Math.round(line.helping * n)} of ${n} prompts`;
}

/** How many components cast half of all votes for the answer. */
export function concentration(votes: readonly number[]): Piece[] {
  const positive = votes.filter((vote) => vote > 0).sort((a, b) => b - a);
  const all = positive.reduce((sum, vote) => sum + vote, 0);
  let sum = 0;
  const half = positive.findIndex((vote) => (sum += vote) >= all / 2) + 1;
  return half === 0 ? [] : ['Half of the votes for it come from ', { figure: `${half} of ${votes.length.toLocaleString('en-US')}` }, ' heads and MLPs.'];
}
