import { html, svg, type TemplateResult } from 'lit';
import { describe } from '../shared/components';
import { fixed, plus } from '../shared/format';
import { words } from '../shared/words';
import type { Acts, Board } from './board';
import { DIFFERENCE, axisTicks, gapInWords, named, points, sides, type Effects, type Point } from './effects';

const WIDTH = 640;
const HEIGHT = 330;
const LEFT = 44;
const BOTTOM = 22;
const RIGHT = 46;
const TOP = 12;
const NAMED = 12;
const LABEL = 42;

/** Votes beside effects: a point per component; on the dashed line a component does just what it votes. */
export function effectsChart(board: Board, effects: Effects, acts: Acts): TemplateResult {
  const all = points(board.scores, effects);
  const [xLow, xHigh] = span(all.map((p) => p.vote));
  const [yLow, yHigh] = span(all.map((p) => p.effect));
  const x = (vote: number) => LEFT + ((vote - xLow) / (xHigh - xLow)) * (WIDTH - LEFT - RIGHT);
  const y = (effect: number) => HEIGHT - BOTTOM - ((effect - yLow) / (yHigh - yLow)) * (HEIGHT - BOTTOM - TOP);
  const labelled = named(all, NAMED);
  const side = sides(all.filter((p) => labelled.has(p.name)).map((p) => ({ name: p.name, x: x(p.vote), y: y(p.effect) })), LABEL);
  const [from, to] = [Math.max(xLow, yLow), Math.min(xHigh, yHigh)];
  const point = (p: Point) => {
    const marked = board.selected.has(p.name);
    return svg`<g class="point ${marked ? 'chosen' : ''} ${p.name === board.at ? 'here' : ''}" @click=${() => (acts.toggle(p.name), acts.focus(p.name))}><title>${describe(p.name)}: votes ${plus(p.vote)}, does ${plus(p.effect)}</title>
      <circle cx=${x(p.vote)} cy=${y(p.effect)} r=${marked || labelled.has(p.name) ? 4.5 : 3} class=${p.effect >= 0 ? 'help' : 'hurt'} />
      ${labelled.has(p.name) ? svg`<text x=${x(p.vote) + (side.get(p.name) === 'left' ? -7 : 7)} y=${y(p.effect) + 3.5} text-anchor=${side.get(p.name) === 'left' ? 'end' : 'start'}>${p.name}</text>` : ''}</g>`;
  };
  return html`<p class="gap">${words(gapInWords(all))}</p>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" aria-hidden="true">
      ${axisTicks(xLow, xHigh).map((t) => svg`<line class="rule" x1=${x(t)} x2=${x(t)} y1=${TOP} y2=${HEIGHT - BOTTOM} /><text x=${x(t)} y=${HEIGHT - BOTTOM + 14} text-anchor="middle">${fixed(t, 1)}</text>`)}
      ${axisTicks(yLow, yHigh).map((t) => svg`<line class="rule" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(t)} y2=${y(t)} /><text x=${LEFT - 6} y=${y(t) + 3.5} text-anchor="end">${fixed(t, 1)}</text>`)}
      <line class="zero" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(0)} y2=${y(0)} /><line class="zero" x1=${x(0)} x2=${x(0)} y1=${TOP} y2=${HEIGHT - BOTTOM} />
      <line class="equal" x1=${x(from)} y1=${y(from)} x2=${x(to)} y2=${y(to)} />
      ${all.map(point)}</svg>
    <div class="quiet">to the right: vote; upwards: effect, ${effects.measured}; both in logits, means over the prompts. On the dashed line a component does just what it votes. ${DIFFERENCE}</div>
    <table class="sr"><caption>Votes beside effects</caption><tr><th scope="col">component</th><th scope="col">vote</th><th scope="col">effect</th></tr>${all.map((p) => html`<tr><th scope="row">${p.name}</th><td>${plus(p.vote)}</td><td>${plus(p.effect)}</td></tr>`)}</table>`;
}

/** A little more than the values span, 0 included, so that no point lies on the edge. */
function span(values: readonly number[]): readonly [number, number] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const room = 0.1 * (high - low || 1);
  return [low - room, high + room];
}
