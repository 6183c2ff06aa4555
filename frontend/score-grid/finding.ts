import { count, plus, share } from '../shared/format';
import type { Piece } from '../shared/reading';
import type { ScoreGridResult } from '../shared/score-grid-result';
import { layerOf, strongest } from './cells';

/** Effects of a tenth of the logit difference and more are counted. */
const NOTABLE = 0.1;

/** What the sweep found, in words with its numbers. */
export function finding(result: ScoreGridResult): Piece[] {
  const handed = result.byPosition ? handover(result) : null;
  const best = strongest(result);
  const layer = layerOf(result, best.row);
  const effect = result.effect(layer, best.column);
  const does = result.noising ? 'takes away' : 'brings back';
  const pieces: Piece[] = result.noising ? ['Corrupting the clean run in one place at a time, '] : ['Patching clean activations into the corrupted run in one place at a time, '];
  pieces.push(
    { figure: result.name(layer, best.column) }, ` alone ${does} `, { figure: share(effect) },
    ` of the logit difference (from ${plus(result.noising ? result.cleanMean : result.corruptedMean)} to ${plus(result.raw(layer, best.column))}). `,
  );
  if (handed) {
    pieces.push('What decides is held at ', { token: result.columns[handed.from] }, ' first and at ', { token: result.columns[handed.to] }, ' from ', { figure: `layer ${handed.layer}` }, ' on.');
  } else {
    const many = notable(result);
    pieces.push({ figure: count(many, 'place') }, ` of ${(result.layers * result.columns.length).toLocaleString('en-US')} ${many === 1 ? 'does' : 'do'} a tenth or more.`);
  }
  return pieces;
}

function notable(result: ScoreGridResult): number {
  let many = 0;
  for (let layer = 0; layer < result.layers; layer++) {
    many += result.columns.filter((_, column) => result.effect(layer, column) >= NOTABLE).length;
  }
  return many;
}

/** From which layer on the strongest position is that of the end; null where it never changes. */
export function handover(result: ScoreGridResult): { from: number; to: number; layer: number } | null {
  const top = Array.from({ length: result.layers }, (_, layer) =>
    result.columns.reduce((best, _column, column) => (result.effect(layer, column) > result.effect(layer, best) ? column : best), 0),
  );
  const [from, to] = [top[0], top[top.length - 1]];
  return from === to ? null : { from, to, layer: top.findLastIndex((column) => column !== to) + 1 };
}
