/** The board as a grid of values: layers from the top, heads from the left, MLPs apart at the right. Pure. */

import type { ComponentScores, ScoreLine } from '../shared/component-scores';
import { placeOf } from '../shared/components';
import { fixed, plus, share } from '../shared/format';
import type { Cell } from '../shared/grid-geometry';
import { linearScale, signedSqrtScale, sqrtScale } from '../shared/palette';
import type { ValueCells } from '../value-grid/values';
import { DIFFERENCE, type Effects } from './effects';
import type { Statistic } from './state';

/** Votes smaller than this share of the largest are drawn without their number. */
const WORTH_A_NUMBER = 0.07;

export function nameAt(scores: ComponentScores, cell: Cell): string {
  const layer = scores.layers - 1 - cell.row;
  return cell.column === scores.heads ? `MLP${layer}` : `L${layer}H${cell.column}`;
}

export function cellOf(scores: ComponentScores, name: string): Cell | null {
  const place = placeOf(name);
  return place && scores.choosable.has(name) ? { row: scores.layers - 1 - place.layer, column: place.kind === 'mlp' ? scores.heads : place.head } : null;
}

export function indexOf(scores: ComponentScores, cell: Cell): number {
  return cell.row * (scores.heads + 1) + cell.column;
}

/** Names of all cells of a rectangle that the model has. */
export function namesBetween(scores: ComponentScores, from: Cell, to: Cell): string[] {
  const names: string[] = [];
  for (let row = Math.min(from.row, to.row); row <= Math.max(from.row, to.row); row++) {
    for (let column = Math.min(from.column, to.column); column <= Math.max(from.column, to.column); column++) {
      names.push(nameAt(scores, { row, column }));
    }
  }
  return names.filter((name) => scores.choosable.has(name));
}

export const DEFINITIONS: Record<Statistic, { label: string; definition: string }> = {
  mean: { label: 'Mean', definition: 'What the component writes into the final stream, projected on the direction from foil to answer with the final norm’s scale frozen per prompt; mean over the prompts, in logits. All lines add up to the logit difference.' },
  helping: { label: 'Share helping', definition: 'Share of the prompts in which the component votes for the answer, 0 to 100 %. 50 % is a coin.' },
  spread: { label: 'Spread', definition: 'Standard deviation of the vote over the prompts, in logits: how much it depends on the prompt.' },
  example: { label: 'One prompt', definition: 'The votes on a single prompt, in logits; they add up to its own logit difference.' },
  effect: { label: 'Effects', definition: `What was measured instead of what is voted, in logits, mean over the prompts. ${DIFFERENCE}` },
};

export function boardCells(scores: ComponentScores, statistic: Statistic, example: number, effects: Effects | null = null): ValueCells {
  const vote = (line: ScoreLine) => (statistic === 'example' ? line.values[example] : statistic === 'effect' ? (effects?.byName.get(line.name) ?? NaN) : line.mean);
  const largest = greatest(scores, (line) => Math.abs(vote(line)));
  const weight = (line: ScoreLine) => Math.min(1, Math.abs(vote(line)) / (WORTH_A_NUMBER * largest));
  const worth = (line: ScoreLine) => weight(line) === 1;
  const shape = {
    rowLabels: Array.from({ length: scores.layers }, (_, row) => String(scores.layers - 1 - row)),
    columnLabels: [...Array.from({ length: scores.heads }, (_, head) => `H${head}`), 'MLP'],
    columnHints: [],
    layout: { narrowest: 31, widest: 88, axisWidth: 28, headerHeight: 22, stickyRows: 0 as const, apart: scores.heads },
  };
  const by = (figure: (line: ScoreLine) => number, write: (line: ScoreLine) => string) => ({
    value: (row: number, column: number) => {
      const line = scores.line(nameAt(scores, { row, column }));
      return line ? figure(line) : NaN;
    },
    text: (row: number, column: number) => {
      const line = scores.line(nameAt(scores, { row, column }));
      return line ? write(line) : '';
    },
  });
  if (statistic === 'helping') {
    const scale = linearScale(0, 1);
    return {
      ...shape, ...by((line) => line.helping, (line) => (worth(line) ? fixed(100 * line.helping, 0) : '')),
      hues: 'diverging', scale: (value) => 2 * scale(value) - 1, legend: 'share of prompts helped in %, linear; pale where the vote is small',
      weight: (row, column) => weight(scores.line(nameAt(scores, { row, column }))!),
      ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, label: share(value) })),
    };
  }
  if (statistic === 'spread') {
    const widest = greatest(scores, (line) => line.sd);
    return {
      ...shape, ...by((line) => line.sd, (line) => (line.sd >= 2 * WORTH_A_NUMBER * widest ? fixed(line.sd) : '')),
      hues: 'sequential', scale: (value) => sqrtScale(value / widest), legend: 'standard deviation over prompts in logits, √ scale',
      ticks: [0, 0.25 * widest, widest].map((value) => ({ value, label: fixed(value) })),
    };
  }
  return {
    ...shape, ...by(vote, (line) => (worth(line) ? plus(vote(line)) : '')),
    hues: 'diverging', scale: signedSqrtScale(largest),
    legend: statistic === 'effect' ? `causal effects, not votes: ${effects?.measured}; in logits, √ scale; empty where none was measured` : 'votes against, and for, the answer in logits, √ scale',
    ticks: [-1, -0.25, 0, 0.25, 1].map((part) => ({ value: part * largest, label: plus(part * largest) })),
  };
}

/** The largest figure of the board; never 0, so that a board of zeros has a scale too. */
function greatest(scores: ComponentScores, figure: (line: ScoreLine) => number): number {
  return scores.lines.reduce((most, line) => (scores.choosable.has(line.name) ? Math.max(most, figure(line) || 0) : most), 0) || 1;
}
