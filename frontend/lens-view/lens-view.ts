import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../export-menu/export-menu';
import type { ExportItem, ExportMenu } from '../export-menu/export-menu';
import '../heat-grid/heat-grid';
import type { HeatGrid, LensCell } from '../heat-grid/heat-grid';
import { copyPicture, copyText, download } from '../shared/browser';
import { fetchBuffer, fetchText } from '../shared/fetch-result';
import { count, fixed, layerName, percent, rank, tiny } from '../shared/format';
import { LensResult, type Deviation } from '../shared/lens-result';
import { metricOf, metricsOf, type Metric } from '../shared/metrics';
import { seriesStyle } from '../shared/palette';
import { finding, plain, reading } from '../shared/reading';
import { ResultPage } from '../shared/result-page';
import { describeMatches, findMatches, type Matches } from '../shared/search';
import { sharedStyles } from '../shared/styles';
import { tipStyles } from '../shared/tips';
import { contextOf, showToken } from '../shared/tokens';
import { capital, segment, words } from '../shared/words';
import '../trajectory-chart/trajectory-chart';
import type { Trajectory } from '../trajectory-chart/trajectory-chart';
import { lensViewStyles } from './lens-view.css';
import { compareOf, compareText, linkTo, pinsOf, selectionOf, shownRows, type Loose, type LensState } from './state';
import { trajectoriesOf } from './trajectories';

const NO_MATCHES: Matches = { ids: new Set(), cells: [], below: 0 };

/**
 * The lens page below its title: what was found in words, the grid, trajectories, inspector and reading of one result.
 *
 * Properties: `src` (the result's safetensors), `csv`, `json` (downloads), `filename`; and the state, all of it able to stand in an
 * address: `layer`, `position`, `metric` (`final`, `top`, `tracked:<id>:logProb`, `tracked:<id>:rank`, `entropy`, `kl`), `compare`
 * (`layer:position`), `sublayers`, `search`, `pins` (ids, comma-separated). What names nothing in the result falls back to the last
 * position of the final layer, coloured by the final token.
 * Events: `state-change` (detail: LensState) after the reader changed any of it; `lens-loaded` once the result is painted.
 * Keyboard: `/` search, `?` help, `t` table, `f` full screen, `m` next metric, `Esc` closes; in the grid arrows, Home, End, PageUp,
 * PageDown, `c` compare.
 */
@customElement('lens-view')
export class LensView extends ResultPage<LensResult, LensState> {
  static override styles = [sharedStyles, tipStyles, lensViewStyles];

  @property() json = '';
  @property() layer: Loose = null;
  @property() position: Loose = null;
  @property() metric = 'final';
  @property() compare = '';
  @property({ type: Boolean }) sublayers = false;
  @property() search = '';
  @property() pins = '';

  @state() private table = false;
  @state() private rankMode = false;
  @state() private full = false;
  @state() private hover: (LensCell & { box: DOMRect }) | null = null;
  @state() private roomHeight = window.innerHeight;

  private selected: LensCell = { row: 0, position: 0 };
  private compared: LensCell | null = null;
  private rows: number[] = [];
  private coloured!: Metric;
  private hits: Matches = NO_MATCHES;
  private pinned: number[] = [];

  @query('heat-grid') private grid?: HeatGrid;
  @query('#search') private searchBox?: HTMLInputElement;
  @query('export-menu') private menu?: ExportMenu;
  @query('dialog') private help!: HTMLDialogElement;

  protected override readonly loaded = 'lens-loaded';

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('fullscreenchange', this.onFullscreen);
    window.addEventListener('resize', this.onResize);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('fullscreenchange', this.onFullscreen);
    window.removeEventListener('resize', this.onResize);
  }

  protected override async fetch(src: string, signal: AbortSignal): Promise<LensResult> {
    return LensResult.read(await fetchBuffer(src, signal));
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!this.result) {
      return;
    }
    const { result } = this;
    const names = (...keys: string[]) => changed.has('result') || keys.some((key) => changed.has(key));
    if (names('sublayers')) {
      this.rows = shownRows(result, this.sublayers);
    }
    if (names('layer', 'position', 'sublayers')) {
      const selected = selectionOf(result, this.layer, this.position);
      // a selection between two layers goes down to the whole layer when its row is hidden
      this.selected = this.rows.includes(selected.row) ? selected : { ...selected, row: result.rowOfLayer(Math.floor(result.layers[selected.row])) };
    }
    if (names('compare', 'sublayers')) {
      const compared = compareOf(result, this.compare);
      this.compared = compared && this.rows.includes(compared.row) ? compared : null;
    }
    if (names('metric')) {
      this.coloured = metricOf(result, this.metric);
    }
    if (names('search', 'sublayers')) {
      this.hits = this.search ? findMatches(this.search, result, this.rows) : NO_MATCHES;
    }
    if (names('pins')) {
      this.pinned = pinsOf(this.pins ?? '');
    }
  }

  override render() {
    return html`
      ${this.page()}
      ${this.result && this.hover ? this.hoverCard(this.result, this.hover) : nothing}
      ${this.tips.render()}
      ${this.helpDialog()}
    `;
  }

  // ---- states

  protected override skeleton() {
    return html`<div role="status" aria-label="Loading the result">
      <span class="skeleton" style="width:min(620px,90%);height:20px;margin:8px 0"></span><span class="skeleton" style="width:300px;height:14px"></span>
      <div class="lens" style="margin-top:48px"><div class="stack"><span class="skeleton" style="height:520px"></span><span class="skeleton" style="height:220px"></span></div>
      <div class="stack"><span class="skeleton" style="height:330px"></span><span class="skeleton" style="height:110px"></span></div></div></div>`;
  }

  // ---- the page

  protected override content(result: LensResult): TemplateResult {
    return html`
      ${this.opening(result)} ${this.tools(result)}
      <div class="lens">
        <div class="stack">${this.gridCard(result)} ${this.trajectoryCard(result)}</div>
        <aside>${this.compared ? this.comparison(result, this.compared) : this.inspector(result)} ${this.readingCard(result)}</aside>
      </div>
    `;
  }

  private opening(result: LensResult) {
    const { position } = this.selected;
    return html`<p class="lede" aria-live="polite">${words(finding(result, position))}</p>
      <div class="row quiet protocol">
        ${this.check(result)}
        <span>${result.lens === 'logit' ? 'raw logit lens' : `${result.lens} lens`}: each layer through the model’s own final norm and unembedding</span><span aria-hidden="true">·</span>
        <span>${count(result.wholeRows.length, 'lens layer')}${result.hasSublayers ? ' and after each attention' : ''} × ${count(result.positionCount, 'token')}</span><span aria-hidden="true">·</span>
        <span>${result.bosPrepended ? 'BOS put first' : 'no BOS'}</span><span aria-hidden="true">·</span><span>top ${result.topK} of ${result.vocabulary.toLocaleString('en-US')} kept</span>
      </div>`;
  }

  /** Green only for a check that ran and passed. */
  private check(result: LensResult) {
    const check = result.selfCheck;
    if (!check) {
      return html`<span class="chip" tabindex="0" data-tip="This result carries no self-check.">not checked against the model</span>`;
    }
    if (result.deviation) {
      return this.rounded(result, result.deviation, check.maxAbsLogitDiff);
    }
    const equal = check.maxAbsLogitDiff <= check.tolerance;
    return html`<span class="chip ${equal ? 'good' : 'bad'}" tabindex="0"
      data-tip="The last lens layer against the model’s own logits: largest difference ${check.maxAbsLogitDiff.toPrecision(2)}, allowed ${tiny(check.tolerance)}. Checked in this run.">
      <span class="dot"></span>${equal ? 'equals the model' : 'differs from the model'} · ${tiny(check.maxAbsLogitDiff)}</span>`;
  }

  /** Never green: these numbers are only near. */
  private rounded(result: LensResult, deviation: Deviation, logits: number) {
    const others = deviation.otherTop === 0
      ? 'the same token is on top everywhere'
      : `${deviation.otherTop} of ${count(result.rowCount, 'row')} have another token on top`;
    return html`<span class="chip warn" tabindex="0"
      data-tip="Products with the unembedding were rounded to bf16 (8 bits). Against fp32 at position ${deviation.position}: log-probs within ${tiny(deviation.logProbNats)}, entropies within ${tiny(deviation.entropyNats)}, divergences within ${tiny(deviation.klNats)} nats; ${others}. Logits of the last layer within ${tiny(logits)} at all positions; that layer is shown in fp32.">
      <span class="dot"></span>bf16 products · log-probs ± ${tiny(deviation.logProbNats)}</span>`;
  }

  private tools(result: LensResult) {
    const metrics = metricsOf(result);
    const tracked = metrics.filter((metric) => metric.key.startsWith('tracked:'));
    const plainOnes = metrics.filter((metric) => !metric.key.startsWith('tracked:'));
    const on = tracked.find((metric) => metric.key === this.coloured.key);
    const byMetric = (metric: Metric) => segment(metric.label, metric.key === this.coloured.key, metric.definition, () => this.change({ metric: metric.key }));
    return html`<div class="row tools" role="toolbar" aria-label="What the grid shows">
      <div class="seg" role="group" aria-label="Colour">
        ${plainOnes.slice(0, 2).map(byMetric)}
        ${tracked.length > 0 ? segment(on ? on.label : `Rank of ${showToken(result.tracked[0].text)}`, !!on, (on ?? tracked[1]).definition, () => this.change({ metric: (on ?? tracked[1]).key })) : nothing}
        ${plainOnes.slice(2).map(byMetric)}
      </div>
      ${on ? this.trackedChoice(result, on) : nothing}
      ${result.hasSublayers
        ? html`<div class="seg" role="group" aria-label="Rows">
            ${segment('Every layer', !this.sublayers, 'The stream entering each block, and the final stream: one row per layer.', () => this.change({ sublayers: false }))}
            ${segment('+ after attention', this.sublayers, 'Also the stream inside each block, after its attention has written: rows l.5.', () => this.change({ sublayers: true }))}
          </div>`
        : nothing}
      <div class="seg" role="group" aria-label="View">
        ${segment('Grid', !this.table, 'The heat map.', () => (this.table = false))}
        ${segment('Table', this.table, 'The selected position as a table: every layer, every figure. Key: t', () => (this.table = true))}
      </div>
      <span class="grow"></span>
      ${this.searchField()} ${this.exportMenu()}
      <button class="btn" aria-pressed=${this.full} data-tip="Key: f" @click=${this.toggleFull}>${this.full ? 'Leave full screen' : 'Full screen'}</button>
      <button class="btn" aria-label="Help: keys and marks" data-tip="Keys and marks" @click=${() => this.help.showModal()}>?</button>
    </div>`;
  }

  private trackedChoice(result: LensResult, on: Metric) {
    const [, id, kind] = on.key.split(':');
    return html`${result.tracked.length > 1
        ? html`<select class="in" aria-label="Tracked token" @change=${(e: Event) => this.change({ metric: `tracked:${(e.target as HTMLSelectElement).value}:${kind}` })}>
            ${result.tracked.map((token) => html`<option value=${token.id} ?selected=${String(token.id) === id}>${showToken(token.text)}</option>`)}
          </select>`
        : nothing}
      <div class="seg" role="group" aria-label="Figure of the tracked token">
        ${(['rank', 'logProb'] as const).map((k) => segment(k === 'rank' ? 'rank' : 'log p', k === kind, metricOf(result, `tracked:${id}:${k}`).definition, () => this.change({ metric: `tracked:${id}:${k}` })))}
      </div>`;
  }

  private searchField() {
    return html`<span class="search">
      <input id="search" class="in" type="search" placeholder="Find a token or id  /" aria-label="Find a token by text or id" .value=${this.search ?? ''}
        @input=${(e: Event) => this.change({ search: (e.target as HTMLInputElement).value })} @keydown=${this.onSearchKey} />
    </span>`;
  }

  private exportMenu() {
    const items: (ExportItem | null)[] = [
      { label: 'Copy link to this cell', run: () => this.copyLink() },
      { label: 'Copy picture', hint: 'PNG', run: () => copyPicture(() => this.picture(), `${this.filename}.png`) },
      ...(this.csv ? [{ label: 'Copy table', hint: 'CSV', run: () => copyFrom(this.csv) }] : []),
      ...(this.json ? [{ label: 'Copy result', hint: 'JSON', run: () => copyFrom(this.json) }] : []),
      null,
      { label: 'Download picture', hint: 'PNG', run: async () => download(await this.picture(), `${this.filename}.png`) },
      ...(this.csv ? [{ label: 'Download table', hint: 'CSV', href: this.csv, download: `${this.filename}.csv` }] : []),
      ...(this.json ? [{ label: 'Download result', hint: 'JSON', href: this.json, download: `${this.filename}.json` }] : []),
      { label: 'Download arrays', hint: 'safetensors', href: this.src, download: `${this.filename}.safetensors` },
    ];
    return html`<export-menu .items=${items}></export-menu>`;
  }

  private gridCard(result: LensResult) {
    return html`<section class="card grid" aria-label="Layers and tokens">
      <div class="quiet found" role="status">${this.search ? html`<b>${this.search.replace(/ /g, '·')}</b> ${describeMatches(this.hits, result)}${this.hits.cells.length > 0 ? html` · <span class="kbd">Enter</span> goes to the next` : nothing}` : nothing}</div>
      ${this.table
        ? this.tableView(result)
        : html`<heat-grid .result=${result} .metric=${this.coloured} .rows=${this.rows} .selected=${this.selected} .compared=${this.compared} .marked=${this.hits.ids}
            .cellHeight=${this.cellHeight()} .maxHeight=${this.maxGridHeight()} heading="${this.coloured.label} by layer and token"
            @cell-select=${(e: CustomEvent<LensCell>) => this.select(e.detail)} @cell-compare=${(e: CustomEvent<LensCell>) => this.compareWith(e.detail)}
            @cell-hover=${(e: CustomEvent<(LensCell & { box: DOMRect }) | null>) => (this.hover = e.detail)}></heat-grid>
          ${this.legend()}`}
    </section>`;
  }

  private legend() {
    const { ticks, scale, legend } = this.coloured;
    return html`<div class="legend">
      <span class="scale" aria-hidden="true"><i></i>${ticks.map((tick) => html`<b style="left:${100 * scale(tick.value)}%">${tick.label}</b>`)}</span>
      <span>${legend}</span><span class="grow"></span>
      <span>text: the layer’s own top token, <b>bold</b> where it is the final one</span>
      <span class="markkey"><svg width="16" height="10" aria-hidden="true"><path d="M1.5 3v5.5h13V3" fill="none" stroke="var(--ink)" stroke-width="1.5" /></svg>crystallised</span>
      <span class="markkey"><svg width="10" height="10" aria-hidden="true"><path d="M1 1h8L1 9z" fill="var(--ink-3)" /></svg>overwritten next</span>
    </div>`;
  }

  private tableView(result: LensResult) {
    const { position } = this.selected;
    const last = result.positionCount - 1;
    return html`<div class="tablehead row"><h2>Position ${position} <span class="tok">${showToken(result.tokens[position].text)}</span></h2><span class="grow"></span>
        <button class="btn plain" ?disabled=${position === 0} @click=${() => this.select({ ...this.selected, position: position - 1 })}>Position before</button>
        <button class="btn plain" ?disabled=${position === last} @click=${() => this.select({ ...this.selected, position: position + 1 })}>Next position</button></div>
      <div class="tablebox" style="max-height:${this.maxGridHeight() || 720}px"><table class="plain">
        <thead><tr><th scope="col">layer</th><th scope="col">top token</th><th scope="col" class="r" data-tip=${metricOf(result, 'top').definition}>p</th><th scope="col" class="r" data-tip=${metricOf(result, 'final').definition}>final token: p</th><th scope="col" class="r" data-tip="Natural logarithm of that probability, in nats.">log p</th><th scope="col" class="r" data-tip="Place of the final token among all tokens at this layer; 1 is the most likely.">rank</th>
          <th scope="col" class="r" data-tip=${metricOf(result, 'entropy').definition}>entropy, nats</th><th scope="col" class="r" data-tip=${metricOf(result, 'kl').definition}>KL, nats</th>${result.tracked.map((token) => html`<th scope="col" class="r">${showToken(token.text)} log p</th><th scope="col" class="r">rank</th>`)}</tr></thead>
        <tbody>${this.rows.map((row) => this.tableRow(result, row, position))}</tbody></table></div>`;
  }

  private tableRow(result: LensResult, row: number, position: number) {
    const won = result.top1(row, position) === result.finalToken(position);
    const logProb = result.finalLogProb(row, position);
    return html`<tr class=${row === this.selected.row ? 'here' : ''} @click=${() => this.select({ row, position })}>
      <th scope="row">${layerLabel(result, row)}</th><td><span class="tok" style=${won ? 'font-weight:700' : ''}>${showToken(result.text(result.top1(row, position)))}</span></td>
      <td class="r">${percent(Math.exp(result.top1LogProb(row, position)))}</td><td class="r">${percent(Math.exp(logProb))}</td><td class="r">${fixed(logProb)}</td><td class="r">${rank(result.finalRank(row, position))}</td>
      <td class="r">${fixed(result.entropy(row, position))}</td><td class="r">${fixed(result.kl(row, position))}</td>
      ${result.tracked.map((_, i) => html`<td class="r">${fixed(result.trackedLogProb(i, row, position))}</td><td class="r">${rank(result.trackedRank(i, row, position))}</td>`)}
    </tr>`;
  }

  private trajectoryCard(result: LensResult) {
    const { position, row } = this.selected;
    const rows = [...this.rows].reverse();
    return html`<section class="card" aria-label="Trajectories">
      <header><h2>Position ${position} <span class="tok">${showToken(result.tokens[position].text)}</span> ${this.rankMode ? 'rank' : 'log-probability'} by layer</h2><span class="grow"></span>
        <div class="seg" role="group" aria-label="Figure of the trajectories">
          ${segment('log p', !this.rankMode, 'Natural logarithm of the probability, in nats; everything below −16 lies on the floor.', () => (this.rankMode = false))}
          ${segment('rank', this.rankMode, 'Place among all tokens of the vocabulary; 1, the most likely, is on top. Logarithmic.', () => (this.rankMode = true))}
        </div></header>
      <div class="b"><trajectory-chart .layers=${rows.map((r) => result.layers[r])} .trajectories=${this.trajectories(result)} .mode=${this.rankMode ? 'rank' : 'logProb'}
        .vocabulary=${result.vocabulary} .crystallised=${result.summary(position).crystallised} .layer=${result.layers[row]} .topK=${result.topK}
        @layer-select=${(e: CustomEvent<number>) => this.select({ row: result.rowOfLayer(e.detail), position })}
        @trajectory-remove=${(e: CustomEvent<number>) => this.togglePin(e.detail)}></trajectory-chart></div>
    </section>`;
  }

  private trajectories(result: LensResult): Trajectory[] {
    return trajectoriesOf(result, this.selected.position, this.pinned, [...this.rows].reverse());
  }

  private inspector(result: LensResult) {
    const { row, position } = this.selected;
    const ids = this.trajectories(result).map((trajectory) => trajectory.id);
    return html`<section class="card" aria-label="Selected cell">
      <header><h2>${capital(layerLabel(result, row, true))} · position ${position}</h2><span class="grow"></span><button class="link quiet" data-tip="The address of this page with this cell selected" @click=${async () => this.menu?.say(await this.copyLink())}>copy link</button></header>
      <div class="b"><div class="muted">after “${contextOf(result.tokens, position, 4, result.bosPrepended ? 1 : 0)}”</div>
        <table class="plain ins"><tbody>${result.top(row, position).map((entry, i) => {
          const p = Math.exp(entry.logProb);
          const series = ids.indexOf(entry.id);
          return html`<tr><td class="i muted">${i + 1}</td><td>${this.pinButton(result, entry.id, series)}</td><td class="w"><div class="bar"><i style="width:${100 * p}%"></i></div></td>
            <td class="r mono">${percent(p)}</td><td class="r mono muted" data-tip="log-probability in nats">${fixed(entry.logProb)}</td></tr>`;
        })}</tbody></table>
        <table class="plain ins figures"><tbody>${this.figures(result).map(([name, tip, write]) => html`<tr><td class="muted" data-tip=${tip}>${name}</td><td class="r">${write(this.selected)}</td></tr>`)}</tbody></table>
        <div class="quiet hint">${result.hooks[row] ? html`<span class="mono">${result.hooks[row]}</span> · ` : nothing}click a token to pin it, <span class="kbd">Ctrl</span>-click a cell to compare</div>
      </div></section>`;
  }

  private pinButton(result: LensResult, id: number, series: number) {
    const permanent = result.isExact(id, this.selected.position);
    const name = showToken(result.text(id));
    return html`<button class="tok pin" aria-pressed=${series >= 0} ?disabled=${permanent} title="id ${id}" aria-label="${name}, ${permanent ? 'always on the chart' : series >= 0 ? 'unpin' : 'pin to the chart'}"
      @click=${() => this.togglePin(id)}>${name}${series >= 0 ? html`<span class="dot" style="color:${seriesStyle(series).colour}"></span>` : nothing}</button>`;
  }

  /** Name, definition and text of the figures every cell has. */
  private figures(result: LensResult): [unknown, string, (cell: LensCell) => string][] {
    const token = (text: string) => html`<span class="mono">${showToken(text)}</span>`;
    return [
      [html`final token ${token(result.text(result.finalToken(this.selected.position)))}`, 'Probability and rank, at this layer, of the token that is on top at the final layer.',
        ({ row, position }) => `${percent(Math.exp(result.finalLogProb(row, position)))} · rank ${rank(result.finalRank(row, position))}`],
      ['entropy', 'Entropy of this layer’s distribution over the vocabulary, in nats.', ({ row, position }) => `${fixed(result.entropy(row, position))} nats`],
      ['KL(final ‖ layer)', 'How far this layer’s distribution is from the final one, in nats; 0 is equal.', ({ row, position }) => `${fixed(result.kl(row, position))} nats`],
      ...this.otherTracked(result).map(([tracked, i]): [unknown, string, (cell: LensCell) => string] => [
        token(tracked.text), `Tracked token, id ${tracked.id}: log-probability in nats and rank.`,
        ({ row, position }) => `${fixed(result.trackedLogProb(i, row, position))} · rank ${rank(result.trackedRank(i, row, position))}`,
      ]),
    ];
  }

  /** Tracked tokens, with their index, that aren't the final token of the selected position: that one has its line already. */
  private otherTracked(result: LensResult) {
    const final = result.finalToken(this.selected.position);
    return [...result.tracked.entries()].filter(([, token]) => token.id !== final).map(([i, token]) => [token, i] as const);
  }

  private comparison(result: LensResult, other: LensCell) {
    const cells = [this.selected, other];
    const tops = cells.map(({ row, position }) => result.top(row, position));
    const shared = new Set(tops[0].map((e) => e.id).filter((id) => tops[1].some((e) => e.id === id)));
    const entry = (side: number, i: number) => {
      const e = tops[side][i];
      return html`<td><span class="tok" title="id ${e.id}" style=${shared.has(e.id) ? '' : 'font-weight:700'}>${showToken(e.text)}</span></td><td class="r mono">${percent(Math.exp(e.logProb))}</td>`;
    };
    return html`<section class="card" aria-label="Comparison of two cells">
      <header><h2>Two cells</h2><span class="grow"></span><button class="link quiet" @click=${() => this.change({ compare: '' })}>end comparison</button></header>
      <div class="b"><table class="plain ins two"><thead><tr>${cells.map((cell, i) => html`<th colspan="2" scope="col"><b>${i === 0 ? 'A' : 'B'}</b> ${layerLabel(result, cell.row, true)}, position ${cell.position}<br /><span class="mono">${showToken(result.tokens[cell.position].text)}</span></th>`)}</tr></thead>
        <tbody>${tops[0].map((_, i) => html`<tr>${entry(0, i)}${entry(1, i)}</tr>`)}</tbody></table>
        <table class="plain ins figures"><thead><tr><th></th><th class="r" scope="col">A</th><th class="r" scope="col">B</th></tr></thead>
          <tbody>${this.comparedFigures(result).map(([name, write]) => html`<tr><td class="muted">${name}</td>${cells.map((cell) => html`<td class="r mono">${write(cell)}</td>`)}</tr>`)}</tbody></table>
        <div class="quiet hint">${shared.size} of ${result.topK} tokens in both; bold only in one</div>
      </div></section>`;
  }

  private comparedFigures(result: LensResult): [unknown, (cell: LensCell) => string][] {
    return [
      ['p of its final token', ({ row, position }) => percent(Math.exp(result.finalLogProb(row, position)))],
      ['entropy, nats', ({ row, position }) => fixed(result.entropy(row, position))],
      ['KL to final, nats', ({ row, position }) => fixed(result.kl(row, position))],
      ...result.tracked.map((token, i): [unknown, (cell: LensCell) => string] => [
        html`rank of <span class="mono">${showToken(token.text)}</span>`, ({ row, position }) => rank(result.trackedRank(i, row, position)),
      ]),
    ];
  }

  private readingCard(result: LensResult) {
    return html`<section class="card" aria-label="Reading"><header><h2>Reading</h2></header>
      <div class="b"><div>${words(reading(result, this.selected.position))}</div>
        <div class="muted" style="margin-top:6px">The raw lens is a lower bound: it reads early layers in coordinates that aren’t theirs yet.</div></div></section>`;
  }

  private hoverCard(result: LensResult, { row, position, box }: LensCell & { box: DOMRect }) {
    const width = 224;
    const height = 58 + 17 * result.topK;
    const left = box.right + 8 + width < window.innerWidth ? box.right + 8 : box.left - 8 - width;
    const top = Math.max(8, Math.min(box.top - 12, window.innerHeight - height - 8));
    return html`<div class="hover" aria-hidden="true" style="left:${Math.max(8, left)}px;top:${top}px;width:${width}px">
      <div class="row"><b>${capital(layerLabel(result, row, true))}</b><span class="muted">position ${position}</span><span class="grow"></span><span class="mono">${showToken(result.tokens[position].text)}</span></div>
      <div class="muted">${this.coloured.label}: ${this.coloured.format(this.coloured.value(row, position))}</div>
      <table>${result.top(row, position).map((e) => html`<tr><td class=${e.id === result.finalToken(position) ? 'won' : ''}>${showToken(e.text)}</td><td>${percent(Math.exp(e.logProb))}</td><td class="muted">${fixed(e.logProb)}</td></tr>`)}</table>
    </div>`;
  }

  private helpDialog() {
    const keys: [string, string][] = [
      ['← ↑ → ↓', 'move through layers and positions'], ['Home End', 'first and last position'], ['PgUp PgDn', 'a page of layers; with Ctrl to the edge'],
      ['Ctrl-click', 'compare a cell with the selected one'], ['c', 'keep this cell, and compare the next ones with it'], ['/', 'find a token by text or id, Enter goes to the next cell'], ['m', 'next metric'], ['t', 'grid or table'], ['f', 'full screen'], ['?', 'this help'], ['Esc', 'close, end search or comparison'],
    ];
    return html`<dialog aria-label="Help" @click=${(e: Event) => e.target === this.help && this.help.close()}>
      <header class="row"><h3>Keys and marks</h3><span class="grow"></span><button class="btn plain" @click=${() => this.help.close()}>Close</button></header>
      <table class="plain">${keys.map(([key, text]) => html`<tr><td><span class="kbd">${key}</span></td><td>${text}</td></tr>`)}</table>
      <p class="muted">Layers count from 0, the embedding (“emb”); “out” is the final stream, where the lens equals the model. Rows such as 12.5 are the stream after the attention of block 12.
        A token is <b>crystallised</b> at the first layer from which it stays on top to the end. The notch marks the last layer of another token that was on top for two layers or more and was then <b>overwritten</b>.</p>
    </dialog>`;
  }

  // ---- sizes

  private cellHeight(): number {
    const rows = this.rows.length;
    const room = this.full ? this.roomHeight - 250 : 480;
    return Math.max(15, Math.min(this.full ? 34 : 28, Math.floor(room / rows)));
  }

  private maxGridHeight(): number {
    return this.full ? Math.max(320, this.roomHeight - 190) : 720;
  }

  // ---- what the reader does

  private select(cell: LensCell): void {
    if (this.result && cell.row >= 0) {
      this.change({ layer: this.result.layers[cell.row], position: cell.position });
    }
  }

  private compareWith(cell: LensCell): void {
    if (!this.result) {
      return;
    }
    const same = cell.row === this.selected.row && cell.position === this.selected.position;
    const again = this.compared && cell.row === this.compared.row && cell.position === this.compared.position;
    if (same && !this.compared) {
      // `c` on the selected cell keeps it as the other side: the next selection is compared with it
      this.change({ compare: compareText(this.result, cell) });
    } else {
      this.change({ compare: same || again ? '' : compareText(this.result, cell) });
    }
  }

  private togglePin(id: number): void {
    const pins = this.pinned.includes(id) ? this.pinned.filter((pin) => pin !== id) : [...this.pinned, id];
    this.change({ pins: pins.join(',') });
  }

  protected override current(): LensState {
    const result = this.result!;
    return {
      layer: result.layers[this.selected.row],
      position: this.selected.position,
      metric: this.coloured.key,
      compare: compareText(result, this.compared),
      sublayers: this.sublayers,
      search: this.search ?? '',
      pins: this.pinned,
    };
  }

  private readonly onSearchKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && this.hits.cells.length > 0) {
      const { cells } = this.hits;
      const at = cells.findIndex((cell) => cell.row === this.selected.row && cell.position === this.selected.position);
      this.select(cells[(at + (event.shiftKey ? cells.length - 1 + (at < 0 ? 1 : 0) : 1)) % cells.length]);
    } else if (event.key === 'Escape') {
      this.change({ search: '' });
      this.grid?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  protected override onPageKey(event: KeyboardEvent): boolean {
    const act = {
      '/': () => this.searchBox?.focus(),
      '?': () => this.help.showModal(),
      t: () => (this.table = !this.table),
      f: () => void this.toggleFull(),
      m: () => this.nextMetric(),
      Escape: () => this.close(),
    }[event.key];
    return !!act && act() !== false;
  }

  private nextMetric(): void {
    const keys = metricsOf(this.result!).map((metric) => metric.key);
    this.change({ metric: keys[(keys.indexOf(this.coloured.key) + 1) % keys.length] });
  }

  /** Closes what lies on top; false when there is nothing to close. */
  private close(): boolean {
    if (this.menu?.close()) {
      return true;
    }
    if (this.compared) {
      this.change({ compare: '' });
    } else if (this.search) {
      this.change({ search: '' });
    } else if (this.full) {
      void this.toggleFull();
    } else {
      return false;
    }
    return true;
  }

  private readonly toggleFull = async (): Promise<void> => {
    if (this.full) {
      this.full = false;
      if (document.fullscreenElement) {
        await document.exitFullscreen();
      }
    } else {
      this.full = true;
      // where the browser refuses (an embedded frame), the page itself is filled
      await this.requestFullscreen?.().catch(() => undefined);
    }
    this.toggleAttribute('full', this.full);
  };

  private readonly onFullscreen = (): void => {
    if (!document.fullscreenElement) {
      this.full = false;
      this.removeAttribute('full');
    }
    this.onResize();
  };

  private readonly onResize = (): void => {
    this.roomHeight = window.innerHeight;
  };

  // ---- out of the page

  private async copyLink(): Promise<string> {
    await copyText(linkTo(window.location.href, this.current()));
    return 'Link copied';
  }

  private async picture(): Promise<Blob> {
    if (this.table) {
      this.table = false;
      await this.updateComplete;
    }
    await this.grid!.updateComplete;
    return this.grid!.picture(plain(finding(this.result!, this.selected.position)));
  }

}

function layerLabel(result: LensResult, row: number, long = false): string {
  const name = row === result.finalRow ? 'out' : result.layers[row] === 0 ? 'emb' : layerName(result.layers[row]);
  return long ? (row === result.finalRow ? `final layer ${layerName(result.layers[row])}` : row === 0 ? 'embedding' : `layer ${name}`) : name;
}

async function copyFrom(url: string): Promise<string> {
  await copyText(await fetchText(url));
  return 'Copied';
}

declare global {
  interface HTMLElementTagNameMap {
    'lens-view': LensView;
  }
}
