import { count, plus, share } from '../shared/format';
import type { Piece } from '../shared/reading';
import type { ScoreGridResult } from '../shared/score-grid-result';
import { layerOf, strongest } from './cells';

/** Effects of a tenth of the logit difference and more are counted. */
const NOTABLE = 0.1;

/** What the sweep found, in words with its numbers: where the decision sits, or which place alone does most. */
export function finding(result: ScoreGridResult): Piece[] {
  const opening = result.noising ? 'Corrupting the clean run in one place at a time, ' : 'Patching clean activations into the corrupted run in one place at a time, ';
  const handed = result.byPosition ? handover(result) : null;
  if (handed) {
    return [
      `${opening}what decides sits at `, { token: result.columns[handed.from] }, ' up to ', { figure: `layer ${handed.layer - 1}` },
      ' and at ', { token: result.columns[handed.to] }, ' from ', { figure: `layer ${handed.layer}` }, ' on, where it alone ', ...does(result, handed.layer, handed.to),
    ];
  }
  const best = strongest(result);
  const layer = layerOf(result, best.row);
  const many = notable(result);
  return [
    opening, { figure: result.name(layer, best.column) }, ' alone ', ...does(result, layer, best.column),
    ' ', { figure: count(many, 'place') }, ` of ${(result.layers * result.columns.length).toLocaleString('en-US')} ${many === 1 ? 'does' : 'do'} a tenth or more.`,
  ];
}

function does(result: ScoreGridResult, layer: number, column: number): Piece[] {
  const from = plus(result.noising ? result.cleanMean : result.corruptedMean);
  return [
    result.noising ? 'takes away ' : 'brings back ', { figure: share(result.effect(layer, column)) },
    ` of the logit difference (from ${from} to ${plus(result.raw(layer, column))}).`,
  ];
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
