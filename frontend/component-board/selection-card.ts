import { html, nothing, type TemplateResult } from 'lit';
import { counted } from '../shared/components';
import { plus, share, tiny } from '../shared/format';
import { account, meter, quantile, sharesByExample, warnings, type Accounting } from './accounting';
import type { Acts, Board } from './board';
import { LARGEST_FIRST, sorted } from './ledger';

const SUGGESTED = 8;

/** What the selection accounts for, at once: share, meter, masses, what is left, and what to doubt. */
export function selectionCard(board: Board, acts: Acts): TemplateResult {
  const names = [...board.selected];
  return html`<section class="card selection" aria-label="Your selection">
    <header><h2>Your selection${names.length > 0 ? `: ${counted(names)}` : ''}</h2><span class="grow"></span>
      ${names.length > 0
        ? html`<button class="link quiet" data-tip="Names, means, spread and share helping of the selected components, as a table" @click=${() => acts.copySelection()}>copy</button>
            <button class="link quiet" data-tip="Key: Esc, with the board focused" @click=${() => acts.select([])}>clear</button>`
        : nothing}</header>
    <div class="b" aria-live="polite">${names.length > 0 ? answer(board, account(board.scores, board.selected, board.example), acts) : empty(board, acts)}</div>
  </section>`;
}

function empty(board: Board, acts: Acts): TemplateResult {
  const largest = sorted(board.scores, LARGEST_FIRST, board.example).filter((line) => board.scores.choosable.has(line.name)).slice(0, SUGGESTED);
  return html`<div class="row"><span class="muted">Click components on the board or type them (<span class="kbd">/</span>): their share of the logit difference stands here at once.</span><span class="grow"></span>
    <button class="btn" @click=${() => acts.select(largest.map((line) => line.name))}>Select the ${largest.length} largest votes</button></div>`;
}

function answer(board: Board, a: Accounting, acts: Acts): TemplateResult {
  const figure = (name: string, value: string, tip: string) => html`<div data-tip=${tip} tabindex="0"><span>${name}</span><b>${value}</b></div>`;
  return html`<div class="row claim"><span class="figure">${a.share === null ? '–' : share(a.share)}</span>
      <span class="muted">of the ${board.scores.metric === 'logit' ? 'logit' : 'logit difference'} is accounted for: <b>${plus(a.claimed)}</b> of <b>${plus(a.total)}</b></span></div>
    ${bar(a)} ${prompts(board)}
    <div class="kv">
      ${figure('votes for, covered', `${plus(a.votesFor.covered)} of ${plus(a.votesFor.all)}`, 'Sum of the selected votes for the answer, of all votes for it, biases and embeddings included. In logits.')}
      ${figure('votes against, covered', `${plus(a.votesAgainst.covered)} of ${plus(a.votesAgainst.all)}`, 'Sum of the selected votes against the answer, of all votes against it. Leaving these out makes any share look good.')}
      ${figure('left to others', plus(a.left), 'The logit difference less the selected votes: what all other lines add up to.')}
      ${figure('closing line', tiny(Math.abs(a.residual)), 'The logit difference less the sum of all lines: how far the ledger is from closing.')}
    </div>
    <div class="row names">${[...board.selected].map((name) => html`<button class="name ${name === board.at ? 'here' : ''}" data-tip="Show ${name}; click again to take it out" @click=${() => (name === board.at ? acts.toggle(name) : acts.focus(name))}>${name}</button>`)}</div>
    <div class="row doubts">${warnings(a).map((text) => html`<span class="chip warn">${text}</span>`)}</div>`;
}

/** How much the share differs from prompt to prompt: the mean hides it. */
function prompts(board: Board) {
  const shares = board.example === null ? sharesByExample(board.scores, board.selected) : [];
  return shares.length < 2
    ? nothing
    : html`<div class="quiet range"><span data-tip="The same share taken prompt by prompt; prompts with a logit difference next to nothing are left out.">prompt by prompt half of them lie between ${share(quantile(shares, 0.25))} and ${share(quantile(shares, 0.75))},
        all between ${share(shares[0])} and ${share(shares[shares.length - 1])}</span></div>`;
}

function bar(a: Accounting): TemplateResult {
  const m = meter(a);
  const percent = (part: number) => `${(100 * part).toFixed(2)}%`;
  const cancelled = Math.max(0, m.gross - m.net);
  return html`<div class="meter" role="img" aria-label=${a.share === null ? 'no share' : `${share(a.share)} of the total`}>
    <i class=${m.backwards ? 'hurt' : 'help'} style="left:0;width:${percent(m.net)}"></i>
    ${cancelled > 0 && !m.backwards ? html`<i class="cancelled" style="left:${percent(m.net)};width:${percent(cancelled)}" data-tip="Selected votes that other selected votes cancel"></i>` : nothing}
    ${m.full < 0.995 ? html`<b style="left:${percent(m.full)}"></b>` : nothing}
  </div>`;
}
