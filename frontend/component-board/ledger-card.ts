import { html, nothing, svg, type TemplateResult } from 'lit';
import { describe } from '../shared/components';
import type { ScoreLine } from '../shared/component-scores';
import { count, fixed, plus, share } from '../shared/format';
import { segment } from '../shared/words';
import type { Acts, Board } from './board';
import { DIFFERENCE } from './effects';
import { effectsChart } from './effects-chart';
import { extent, sorted, waterfall, type SortKey, type Step } from './ledger';

const FIRST_LINES = 16;
const FIRST_STEPS = 14;

/** All lines of the ledger, as a table, summed up step by step, or beside measured effects. */
export function ledgerCard(board: Board, acts: Acts): TemplateResult {
  const { view, scores } = board;
  return html`<section class="card ledger" aria-label="Ledger">
    <header><h2>Ledger <span class="muted">${count(scores.lines.length, 'line')}</span></h2><span class="grow"></span>
      <div class="seg" role="group" aria-label="View of the ledger">
        ${segment('Lines', view === 'ledger', 'Every line with its figures; click a heading to sort.', () => acts.view('ledger'))}
        ${segment('Waterfall', view === 'waterfall', 'From 0 to the logit difference, the largest votes first, all others in one step.', () => acts.view('waterfall'))}
        ${board.effects || board.offered.measured || board.offered.measure ? segment('Votes beside effects', view === 'effects', 'What each component votes against what it was measured to do: the gap is the finding.', () => acts.view('effects')) : nothing}
      </div></header>
    ${view === 'waterfall' ? html`<div class="b falls">${falls(board, acts)}</div>` : view === 'effects' && board.effects ? html`<div class="b">${effectsChart(board, board.effects, acts)}</div>` : view === 'effects' && board.offered.measure && !board.offered.measured ? nothingMeasured(board.offered.measure) : table(board, acts)}
  </section>`;
}

function nothingMeasured(address: string): TemplateResult {
  return html`<div class="empty"><h3>No effects were measured on these prompts yet</h3><p>${DIFFERENCE}</p><a class="btn" href=${address}>Run head patching on the same prompts</a></div>`;
}

const HEADS: readonly [SortKey, string, string][] = [
  ['name', 'component', 'In the model’s own order, from the embedding upwards.'],
  ['vote', 'vote', 'Mean over the prompts in logits, or the value of the one prompt shown; sorted by size, whatever the sign.'],
  ['sd', 'spread', 'Standard deviation over the prompts, in logits.'],
  ['helping', 'helping', 'Share of prompts in which the line votes for the answer.'],
];

function table(board: Board, acts: Acts): TemplateResult {
  const { scores, sorting, example, effects } = board;
  const lines = sorted(scores, sorting, example, effects);
  const heads = effects ? [...HEADS, ['effect', 'effect', `What the component does: ${effects.measured}, mean over the prompts in logits; sorted by size. ${DIFFERENCE}`] as const] : HEADS;
  const shown = board.everyLine ? lines : lines.slice(0, FIRST_LINES);
  const largest = Math.max(...lines.map((line) => Math.abs(scores.vote(line, example))), 1e-9);
  const direction = (key: SortKey) => (sorting.key !== key ? 'none' : sorting.ascending ? 'ascending' : 'descending');
  return html`<div class="lines"><table class="plain">
      <thead><tr><th class="pick"><span class="sr">selected</span></th>${heads.map(([key, label, tip]) => html`<th scope="col" class=${key === 'name' ? '' : 'r'} colspan=${key === 'vote' ? 2 : 1} aria-sort=${direction(key)}>
        <button data-tip=${tip} @click=${() => acts.sort(key)}>${label}${sorting.key === key ? html` <span aria-hidden="true">${sorting.ascending ? '↑' : '↓'}</span>` : nothing}</button></th>`)}</tr></thead>
      <tbody>${shown.map((line) => row(board, line, largest, acts))}</tbody></table></div>
    ${lines.length > FIRST_LINES
      ? html`<div class="more"><button class="link quiet" @click=${() => acts.showEveryLine(!board.everyLine)}>${board.everyLine ? `Only the first ${FIRST_LINES}` : `All ${count(lines.length, 'line')}`}</button></div>`
      : nothing}`;
}

function row({ scores, selected, at, example, effects }: Board, line: ScoreLine, largest: number, acts: Acts): TemplateResult {
  const vote = scores.vote(line, example);
  const choosable = scores.choosable.has(line.name);
  const chosen = selected.has(line.name);
  const half = (50 * Math.abs(vote)) / largest;
  return html`<tr class="${line.name === at ? 'here' : ''} ${chosen ? 'chosen' : ''}">
    <td class="pick">${choosable ? html`<input type="checkbox" aria-label="Select ${line.name}" .checked=${chosen} @change=${() => acts.toggle(line.name)} />` : nothing}</td>
    <td>${choosable ? html`<button class="mono" title=${describe(line.name)} @click=${() => acts.focus(line.name)}>${line.name}</button>` : html`<span class="mono muted" title=${describe(line.name)}>${line.name}</span>`}</td>
    <td class="track"><span><i class=${vote >= 0 ? 'help' : 'hurt'} style="width:${half.toFixed(2)}%;${vote >= 0 ? 'left:50%' : `left:${(50 - half).toFixed(2)}%`}"></i></span></td>
    <td class="r">${plus(vote)}</td><td class="r">${fixed(line.sd)}</td><td class="r">${share(line.helping)}</td>
    ${effects ? html`<td class="r">${effects.byName.has(line.name) ? plus(effects.byName.get(line.name)!) : '–'}</td>` : nothing}</tr>`;
}

const STEP = 19;
const WIDTH = 640;
const LEFT = 96;
const RIGHT = 60;

function falls(board: Board, acts: Acts): TemplateResult {
  const { scores, example, selected } = board;
  const steps = waterfall(scores, example, FIRST_STEPS);
  const [low, high] = extent(steps);
  const x = (level: number) => LEFT + ((level - low) / (high - low || 1)) * (WIDTH - LEFT - RIGHT);
  const total = scores.total(example);
  const step = (s: Step, i: number) => {
    const y = i * STEP;
    const right = x(Math.max(s.from, s.to));
    const known = scores.choosable.has(s.name);
    return svg`<g class="step ${known ? 'pick' : ''}" @click=${() => known && acts.toggle(s.name)}><title>${known ? describe(s.name) : s.name}: ${plus(s.vote)}, up to here ${plus(s.to)}</title>
      <rect x="0" y=${y} width=${WIDTH} height=${STEP} fill="transparent" />
      <text x=${LEFT - 12} y=${y + 13} text-anchor="end" class=${selected.has(s.name) ? 'on' : ''}>${s.lines > 1 ? `${s.lines} others` : s.name}</text>
      <rect x=${x(Math.min(s.from, s.to))} y=${y + 3} width=${Math.max(1, right - x(Math.min(s.from, s.to)))} height=${STEP - 6} rx="2" class="${s.vote >= 0 ? 'help' : 'hurt'} ${selected.size === 0 || selected.has(s.name) ? '' : 'pale'}" />
      <line x1=${x(s.to)} x2=${x(s.to)} y1=${y + 3} y2=${y + STEP + 3} class="join" />
      <text x=${right + 6} y=${y + 13}>${plus(s.vote)}</text></g>`;
  };
  const end = steps.length * STEP;
  return html`<svg viewBox="0 0 ${WIDTH} ${end + STEP + 2}" width="100%" aria-hidden="true">
      <line x1=${x(0)} x2=${x(0)} y1="0" y2=${end + STEP} class="zero" />${steps.map(step)}
      <text x=${LEFT - 12} y=${end + 13} text-anchor="end" class="on">in all</text>
      <rect x=${x(Math.min(0, total))} y=${end + 3} width=${Math.abs(x(total) - x(0))} height=${STEP - 6} rx="2" class="total" /><text x=${x(Math.max(0, total)) + 6} y=${end + 13} class="on">${plus(total)}</text></svg>
    <table class="sr"><caption>Waterfall</caption><tr><th scope="col">step</th><th scope="col">vote</th><th scope="col">sum so far</th></tr>${steps.map((s) => html`<tr><th scope="row">${s.name}</th><td>${plus(s.vote)}</td><td>${plus(s.to)}</td></tr>`)}</table>`;
}
