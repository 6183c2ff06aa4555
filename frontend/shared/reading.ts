import { count, layerName, layerRange, percent } from './format';
import type { LensResult, Overwritten, PositionSummary } from './lens-result';
import { contextOf, showToken } from './tokens';

/** A piece of a sentence: plain words, a token, or a figure that carries the sentence. */
export type Piece = string | { readonly token: string } | { readonly figure: string };

/** The sentence as plain text (screen readers, tests, copies). */
export function plain(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : 'token' in piece ? showToken(piece.token) : piece.figure)).join('');
}

/** What was found at a position, in words with its numbers: the page's first sentence. */
export function finding(result: LensResult, position: number): Piece[] {
  const summary = result.summary(position);
  const last = result.layerCount;
  const pieces: Piece[] = [
    `After “${contextOf(result.tokens, position, 5, result.bosPrepended ? 1 : 0)}” the model says `,
    { token: summary.final.text },
    ' with ',
    { figure: percent(Math.exp(summary.final.logProb)) },
  ];
  if (summary.crystallised === 0) {
    pieces.push('; the lens reads it on top at ', { figure: 'every layer' }, `, from the embedding to layer ${last}.`);
    return pieces;
  }
  if (summary.firstTop10 === summary.crystallised) {
    pieces.push('. The lens sees it enter the ten likeliest tokens and stay on top ', ...atLayer(summary.crystallised, last));
  } else {
    pieces.push('. The lens sees it enter the ten likeliest tokens at ', ...entering(summary.firstTop10), ' and stay on top ', ...atLayer(summary.crystallised, last));
  }
  const rival = longest(summary);
  if (rival) {
    pieces.push('; until then it reads ', { token: rival.text }, ` longest (${layerRange(rival.from, rival.to)}).`);
  } else {
    pieces.push('.');
  }
  return pieces;
}

function entering(layer: number): Piece[] {
  return layer === 0 ? ['the ', { figure: 'embedding' }] : ['layer ', { figure: layerName(layer) }];
}

function atLayer(layer: number, last: number): Piece[] {
  return layer === last
    ? ['only at the ', { figure: 'final layer' }, `, ${last}`]
    : ['from layer ', { figure: layerName(layer) }, ` of ${last}`];
}

/** The Reading card: how the final token came up, and what it overwrote. */
export function reading(result: LensResult, position: number): Piece[] {
  const summary = result.summary(position);
  const pieces: Piece[] = [{ token: summary.final.text }];
  if (summary.crystallised === 0) {
    pieces.push(' is on top at every layer, the embedding included (crystallised at ', { figure: '0' }, '). It overwrote nothing.');
    return pieces;
  }
  pieces.push(' enters the top ten at layer ', { figure: layerName(summary.firstTop10) });
  if (summary.firstTop5 > summary.firstTop10 && summary.firstTop5 < summary.firstTop1) {
    pieces.push(', the top five at layer ', { figure: layerName(summary.firstTop5) });
  }
  if (summary.firstTop1 < summary.crystallised) {
    pieces.push(', is first on top at layer ', { figure: layerName(summary.firstTop1) }, ', loses it again, and is on top for good from layer ');
  } else {
    pieces.push(', is on top from layer ');
  }
  pieces.push({ figure: layerName(summary.crystallised) }, ' (crystallised).', ...overwrote(summary.overwritten));
  return pieces;
}

const NAMED_RUNS = 3;

function overwrote(runs: readonly Overwritten[]): Piece[] {
  if (runs.length === 0) {
    return [' It overwrote nothing.'];
  }
  // the latest losers are the interesting ones: they were read closest to the decision
  const named = runs.slice(-NAMED_RUNS).reverse();
  const pieces: Piece[] = [' It overwrote '];
  named.forEach((run, i) => {
    pieces.push(i === 0 ? '' : i === named.length - 1 && runs.length <= NAMED_RUNS ? ' and ' : ', ', { token: run.text }, ` (${layerRange(run.from, run.to)})`);
  });
  const rest = runs.length - named.length;
  pieces.push(rest > 0 ? ` and ${count(rest, 'earlier reading')}.` : '.');
  return pieces.filter((piece) => piece !== '');
}

function longest(summary: PositionSummary): Overwritten | undefined {
  let best: Overwritten | undefined;
  for (const run of summary.overwritten) {
    if (!best || run.to - run.from >= best.to - best.from) {
      best = run;
    }
  }
  return best;
}
