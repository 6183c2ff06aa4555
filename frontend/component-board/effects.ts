/** Measured effects of components, to stand beside their votes. Pure. */

import type { ComponentScores } from '../shared/component-scores';
import { placeOf } from '../shared/components';
import { MalformedResult } from '../shared/fetch-result';
import { plus } from '../shared/format';
import type { Piece } from '../shared/reading';
import { ScoreGridResult } from '../shared/score-grid-result';

export interface Effects {
  /** How they were measured, as a legend says it. */
  readonly measured: string;
  /** In logits, like the votes; positive where the component works for the answer. */
  readonly byName: ReadonlyMap<string, number>;
}

/** A run that measured effects of the same components on the same prompts. */
export interface Measured {
  readonly run: string;
  readonly label: string;
  /** Its result, as JSON. */
  readonly src: string;
  /** Its page. */
  readonly href: string;
}

/** What the two figures of a component are, and why they may differ. */
export const DIFFERENCE =
  'A vote is direct: what the component itself writes towards the answer, with the final norm’s scale frozen. An effect is causal and total: what changes when it is patched or taken out, through everything that follows.';

/**
 * Effects from the result of a patching of heads (how far the patch moves the mean logit difference) or of a circuit test (what the
 * model loses without the component).
 *
 * @throws MalformedResult where the result has no effects of single components
 */
export function readEffects(json: unknown): Effects {
  const result = json as { kind?: string; components?: unknown } | null;
  if (result?.kind === 'patching') {
    return ofPatching(ScoreGridResult.read(json));
  }
  if (result?.kind === 'circuit-test' && Array.isArray(result.components)) {
    const components = result.components as readonly { name: string; effect: number }[];
    return { measured: 'logit difference lost without it', byName: new Map(components.filter((c) => placeOf(c.name) && Number.isFinite(c.effect)).map((c) => [c.name, c.effect])) };
  }
  throw new MalformedResult(`effects come from a patching of heads or a circuit test, this is ${JSON.stringify(result?.kind ?? typeof json)}`);
}

function ofPatching(result: ScoreGridResult): Effects {
  if (result.site !== 'head') {
    throw new MalformedResult(`effects of single heads were expected, this patching is of ${result.site}`);
  }
  const byName = new Map<string, number>();
  for (let layer = 0; layer < result.layers; layer++) {
    result.columns.forEach((_, head) => {
      const raw = result.raw(layer, head);
      byName.set(result.name(layer, head), result.noising ? result.cleanMean - raw : raw - result.corruptedMean);
    });
  }
  return { measured: result.noising ? 'logit difference lost when corrupted' : 'logit difference brought back when patched', byName };
}

export interface Point {
  readonly name: string;
  readonly vote: number;
  readonly effect: number;
}

/** Components of which both are known, in the model's order. Effects are means over the prompts, so votes are too. */
export function points(scores: ComponentScores, effects: Effects): Point[] {
  return scores.lines
    .filter((line) => effects.byName.has(line.name))
    .map((line) => ({ name: line.name, vote: line.mean, effect: effects.byName.get(line.name)! }));
}

/** Nearer to the origin than this, of the largest vote and the largest effect, names would lie on each other. */
const WORTH_A_NAME = 0.06;

/** The points worth a name: those that lie furthest out, as the axes are drawn. */
export function named(all: readonly Point[], count: number): Set<string> {
  const most = (figure: (p: Point) => number) => Math.max(...all.map((p) => Math.abs(figure(p))), 1e-9);
  const [vote, effect] = [most((p) => p.vote), most((p) => p.effect)];
  const size = (p: Point) => Math.max(Math.abs(p.vote) / vote, Math.abs(p.effect) / effect);
  return new Set([...all].filter((p) => size(p) >= WORTH_A_NAME).sort((a, b) => size(b) - size(a)).slice(0, count).map((p) => p.name));
}

/** The widest gap between what a component votes and what it does, in words; empty where there is nothing to say. */
export function gapInWords(all: readonly Point[]): Piece[] {
  const widest = all.reduce<Point | null>((best, p) => (best === null || Math.abs(p.effect - p.vote) > Math.abs(best.effect - best.vote) ? p : best), null);
  if (!widest || Math.abs(widest.effect - widest.vote) < 0.1) {
    return [];
  }
  const more = Math.abs(widest.effect) > Math.abs(widest.vote);
  return [
    { figure: widest.name }, ' votes ', { figure: plus(widest.vote) }, ' and does ', { figure: plus(widest.effect) },
    more ? ': what it does, it does through later components.' : ': its vote is made up for, or undone, by others.',
  ];
}

/** On which side of its point each label is written, so that labels of near points don't lie on each other. Places in pixels. */
export function sides(places: readonly { name: string; x: number; y: number }[], width: number): Map<string, 'left' | 'right'> {
  const taken: { left: number; right: number; y: number }[] = [];
  const side = new Map<string, 'left' | 'right'>();
  for (const { name, x, y } of [...places].sort((a, b) => b.x - a.x)) {
    const box = (left: number) => ({ left, right: left + width, y });
    const free = (b: { left: number; right: number }) => !taken.some((t) => Math.abs(t.y - y) < 11 && b.left < t.right && t.left < b.right);
    const right = box(x + 7);
    const chosen = free(right) || !free(box(x - 7 - width)) ? 'right' : 'left';
    side.set(name, chosen);
    taken.push(chosen === 'right' ? right : box(x - 7 - width));
  }
  return side;
}

/** Round steps for an axis that spans from low to high, 0 among them. */
export function axisTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high + 1e-9; i++) {
    // a tick at −0 is 0
    ticks.push(i * step + 0);
  }
  return ticks;
}
