import { html, nothing, type TemplateResult } from 'lit';
import { describe, placeOf } from '../shared/components';
import type { ComponentScores, Parts, ScoreLine } from '../shared/component-scores';
import { fixed, plus, share } from '../shared/format';
import { showToken } from '../shared/tokens';
import { capital } from '../shared/words';
import type { Acts, Board } from './board';
import { distribution } from './distribution';
import { DIFFERENCE, type Effects } from './effects';

const FIRST_NEURONS = 8;

/** The focused component: its votes prompt by prompt, and from where they come. */
export function componentCard(board: Board, acts: Acts): TemplateResult | typeof nothing {
  const line = board.scores.line(board.at);
  if (!line) {
    return nothing;
  }
  const chosen = board.selected.has(line.name);
  return html`<section class="card component" aria-label="Component ${line.name}">
    <header><h2><span class="mono">${line.name}</span> <span class="muted">${capital(describe(line.name))}${board.example === null ? '' : ` · on prompt ${board.example + 1}: ${plus(line.values[board.example])}`}</span></h2><span class="grow"></span>
      <button class="link quiet" data-tip="Key: Space, with the board focused" @click=${() => acts.toggle(line.name)}>${chosen ? 'take out of the selection' : 'select'}</button></header>
    <div class="b">
      <div class="votes">${figures(line, board.effects)}<div>${distribution(line.values, 330, board.example, (i) => acts.pickExample(i))}</div></div>
      ${drillDown(board.scores, line)}
    </div></section>`;
}

/** Floats beside a hovered cell. */
export function hoverBody(board: Board, line: ScoreLine): TemplateResult {
  return html`<div class="row"><b class="mono">${line.name}</b><span class="muted">${describe(line.name)}</span></div>
    <div class="hoverline"><b>${plus(board.scores.vote(line, board.example))}</b> <span class="muted">${board.effects ? 'vote: ' : ''}${board.example === null ? `± ${fixed(line.sd)}, helps on ${share(line.helping)}` : `on prompt ${board.example + 1}; mean ${plus(line.mean)}`}</span></div>
    ${line.values.length > 1 ? distribution(line.values, 240, board.example) : nothing}
    ${effectLine(board, line)}`;
}

function effectLine({ effects }: Board, line: ScoreLine): TemplateResult | typeof nothing {
  const effect = effects?.byName.get(line.name);
  return effects && effect !== undefined ? html`<div class="hoverline"><b>${plus(effect)}</b> <span class="muted">effect: ${effects.measured}</span></div>` : nothing;
}

function figures(line: ScoreLine, effects: Effects | null): TemplateResult {
  const effect = effects?.byName.get(line.name);
  const figure = (name: string, value: string, tip: string) => html`<div data-tip=${tip} tabindex="0"><span>${name}</span><b>${value}</b></div>`;
  return html`<div class="kv small">
    ${figure('mean', plus(line.mean), 'Mean vote over the prompts, in logits.')}
    ${figure('spread', fixed(line.sd), 'Standard deviation over the prompts, in logits.')}
    ${figure('quartiles', `${plus(line.q25)} … ${plus(line.q75)}`, `First and third quartile over the prompts; the median is ${plus(line.median)}.`)}
    ${figure('helping', share(line.helping), 'Share of prompts in which it votes for the answer.')}
    ${effects && effect !== undefined ? figure('effect', plus(effect), `Mean over the prompts, in logits: ${effects.measured}. ${DIFFERENCE}`) : nothing}
  </div>`;
}

function drillDown(scores: ComponentScores, line: ScoreLine): TemplateResult | typeof nothing {
  const place = placeOf(line.name);
  if (place?.kind === 'head') {
    const values = scores.sourcesOf(line.name);
    return values && scores.sources ? bySource(scores.sources.tokens, values) : quietly(scores.sources ? '' : 'By source position is known only where all prompts have the same number of tokens, and when the run was asked for detail.');
  }
  const parts = place && scores.partsOf(line.name);
  return parts ? byNeuron(parts) : quietly(place ? 'By neuron is known only when the run was asked for detail.' : '');
}

function quietly(text: string): TemplateResult | typeof nothing {
  return text ? html`<div class="quiet drill">${text}</div>` : nothing;
}

/** A head's vote by the position it reads from: one bar over each token, the tokens are those of the first prompt. */
function bySource(tokens: readonly string[], values: readonly number[]): TemplateResult {
  const largest = Math.max(...values.map(Math.abs), 1e-9);
  const digits = largest < 0.1 ? 3 : 2;
  const bar = (value: number) => html`<span class="updown"><i class=${value >= 0 ? 'help' : 'hurt'} style="height:${((14 * Math.abs(value)) / largest).toFixed(1)}px;${value >= 0 ? 'bottom:14px' : 'top:14px'}"></i></span>`;
  return html`<div class="drill"><h3 data-tip="The head’s vote split by the position whose value it moves: attention × value, mean over the prompts. The tokens are those of the first prompt.">By source position</h3>
    <div class="sources" tabindex="0" role="list" aria-label="Vote by source position">${tokens.map((token, i) => html`<span role="listitem" class="source" data-tip="position ${i}, ${showToken(token)}: ${plus(values[i], 3)}">
      ${bar(values[i])}<span class="tok">${showToken(token)}</span><small>${Math.abs(values[i]) >= 0.1 * largest ? plus(values[i], digits) : ''}</small></span>`)}</div></div>`;
}

function byNeuron({ top, rest, bias }: Parts): TemplateResult {
  const largest = Math.max(...top.map((n) => Math.abs(n.mean)), 1e-9);
  const line = (name: string, value: number) => html`<tr><td class="mono">${name}</td><td class="size"><div class="bar"><i class=${value >= 0 ? 'help' : 'hurt'} style="width:${((100 * Math.abs(value)) / largest).toFixed(1)}%"></i></div></td><td class="r">${plus(value, 3)}</td></tr>`;
  const part = (neurons: Parts['top']) => html`<table class="plain neurons">${neurons.map((n) => line(`#${n.neuron}`, n.mean))}</table>`;
  return html`<details class="drill" open><summary data-tip="The MLP’s vote split by neuron: activation × output weight, mean over the prompts. With all others and the output bias they add up to its line.">By neuron, the ${Math.min(FIRST_NEURONS, top.length)} strongest</summary>
    <div class="halves">${part(top.slice(0, FIRST_NEURONS / 2))}${part(top.slice(FIRST_NEURONS / 2, FIRST_NEURONS))}</div>
    ${top.length > FIRST_NEURONS ? html`<details><summary class="muted">${top.length - FIRST_NEURONS} more</summary><div class="halves">${part(top.slice(FIRST_NEURONS, (FIRST_NEURONS + top.length) / 2))}${part(top.slice((FIRST_NEURONS + top.length) / 2))}</div></details>` : nothing}
    <div class="quiet">all others together ${plus(rest, 3)}, output bias ${plus(bias, 3)}</div></details>`;
}
