import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { fetchJson } from '../shared/fetch-result';
import { count, fixed, percent, plus, rank } from '../shared/format';
import { ResultPage } from '../shared/result-page';
import { sharedStyles } from '../shared/styles';
import { tipStyles } from '../shared/tips';
import { showToken } from '../shared/tokens';
import { ordered, totals, type Order, type PreflightResult, type PreflightRow } from './rows';

const ORDERS: [Order, string][] = [['given', 'As given'], ['worst', 'Worst first'], ['best', 'Best first']];

/**
 * The page of a preflight: every example with the model's log-probabilities of answer and foil.
 *
 * Properties: `src` (the result as JSON), `csv` (download), `filename`. Event: `preflight-loaded`.
 */
@customElement('preflight-table')
export class PreflightTable extends ResultPage<PreflightResult, object> {
  static override styles = [
    sharedStyles,
    tipStyles,
    css`
      :host { display: block; font: 13px/1.45 var(--sans); color: var(--ink); font-feature-settings: 'tnum', 'cv05'; font-variant-ligatures: none; }
      .card { margin-top: 12px; }
      .box { overflow: auto; max-height: 70vh; }
      th { position: sticky; top: 0; background: var(--surface); }
      td { vertical-align: baseline; white-space: nowrap; }
      td.prompt { white-space: normal; min-width: 260px; }
      @media (max-width: 900px) { td.prompt { min-width: 180px; } table.plain td, table.plain th { padding-inline: 6px; } }
      .wrong { color: var(--hurt); font-weight: 600; }
    `,
  ];

  @state() private order: Order = 'given';

  protected override readonly loaded = 'preflight-loaded';

  protected override async fetch(src: string, signal: AbortSignal): Promise<PreflightResult> {
    return await fetchJson<PreflightResult>(src, signal);
  }

  protected override current(): object {
    return {};
  }

  protected override onPageKey(): boolean {
    return false;
  }

  protected override skeleton(): TemplateResult {
    return html`<span class="skeleton" style="height:22px;max-width:460px"></span><span class="skeleton" style="height:320px;margin-top:12px"></span>`;
  }

  override render() {
    return html`${this.page()} ${this.tips.render()}`;
  }

  protected override content(result: PreflightResult): TemplateResult {
    const { right, mean } = totals(result.examples);
    const all = result.examples.length;
    return html`<p class="lede">The model prefers the answer on <b>${right === all ? (all === 1 ? 'the one example' : `all ${all} examples`) : `${right} of ${count(all, 'example')}`}</b>${Number.isFinite(mean)
        ? html`; the mean logit difference is <b>${fixed(mean)}</b>` : nothing}.</p>
      <div class="card"><header><h2>Examples</h2><span class="grow"></span>
        <div class="seg" role="group" aria-label="Order">${ORDERS.map(([order, label]) => html`<button class=${order === this.order ? 'on' : ''}
          aria-pressed=${order === this.order} @click=${() => (this.order = order)}>${label}</button>`)}</div>
        <a class="link" href=${this.csv} download="${this.filename}.csv">CSV</a></header>
        <div class="box"><table class="plain" aria-label="Examples"><thead><tr><th class="r">#</th><th>Prompt</th><th>Answer</th><th class="r">p</th>
          <th class="r" data-tip="Place among all tokens, from 1.">Rank</th><th>Foil</th><th class="r">p</th>
          <th class="r" data-tip="logit(answer) − logit(foil) at the last position.">Difference</th><th>On top</th></tr></thead>
          <tbody>${ordered(result.examples, this.order).map(({ row, number }) => line(row, number))}</tbody></table></div></div>`;
  }
}

function line(row: PreflightRow, number: number): TemplateResult {
  return html`<tr><td class="r muted">${number}</td><td class="prompt">${row.prompt}</td><td><span class="tok">${showToken(row.answer)}</span></td>
    <td class="r">${percent(Math.exp(row.answerLogProb))}</td><td class="r">${rank(row.answerRank)}</td>
    <td>${row.foil === null ? '' : html`<span class="tok">${showToken(row.foil)}</span>`}</td><td class="r">${row.foilLogProb === null ? '' : percent(Math.exp(row.foilLogProb))}</td>
    <td class="r ${row.correct ? '' : 'wrong'}">${row.logitDiff === null ? '' : plus(row.logitDiff)}${row.correct ? '' : html`<span class="sr"> wrong</span>`}</td>
    <td><span class="tok">${showToken(row.topToken)}</span> <span class="muted">${percent(Math.exp(row.topLogProb))}</span></td></tr>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'preflight-table': PreflightTable;
  }
}
