import { html, nothing, type TemplateResult } from 'lit';
import type { ScoredExample } from '../shared/component-scores';
import { plus } from '../shared/format';
import { lastWords, showToken } from '../shared/tokens';
import type { Acts, Board } from './board';

/** The prompts with their logit differences; a click shows the votes on one of them. */
export function promptsCard(board: Board, acts: Acts): TemplateResult {
  const { scores, example } = board;
  const largest = Math.max(...scores.examples.map((e) => Math.abs(e.logitDiff)), 1e-9);
  return html`<section class="card prompts" aria-label="Prompts">
    <header><h2>Prompts</h2><span class="grow"></span>
      ${example === null ? nothing : html`<button class="link quiet" @click=${() => acts.pickExample(null)}>back to the mean</button>`}
      ${scores.metric === 'logit' ? nothing : html`<span class="muted" data-tip="Prompts on which the answer’s logit is above the foil’s">right on ${scores.right} of ${scores.examples.length}</span>`}</header>
    <div class="lines"><table class="plain"><thead class="sr"><tr><th>prompt</th><th>size</th><th>logit difference</th></tr></thead>
      <tbody>${scores.examples.map((e, i) => line(e, i, i === example, largest, acts))}</tbody></table></div>
  </section>`;
}

function line(example: ScoredExample, i: number, here: boolean, largest: number, acts: Acts): TemplateResult {
  const { answer, foil, logitDiff } = example;
  return html`<tr class=${here ? 'here' : ''} @click=${() => acts.pickExample(here ? null : i)}>
    <td><button class="text" aria-pressed=${here} aria-label="Votes on prompt ${i + 1}: ${example.prompt}"><span class="words" title=${example.prompt}>${lastWords(example.prompt)}</span>
      <span class="tok answer">${showToken(answer)}</span>${foil ? html` <span class="muted">not</span> <span class="tok">${showToken(foil)}</span>` : nothing}</button></td>
    <td class="size"><div class="bar"><i class=${logitDiff >= 0 ? 'help' : 'hurt'} style="width:${((100 * Math.abs(logitDiff)) / largest).toFixed(1)}%"></i></div></td>
    <td class="r ${logitDiff >= 0 ? '' : 'wrong'}">${plus(logitDiff)}</td></tr>`;
}
