import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../export-menu/export-menu';
import type { ExportItem } from '../export-menu/export-menu';
import { copyText, download } from '../shared/browser';
import { FetchFailed, fetchJson } from '../shared/fetch-result';
import { count, fixed } from '../shared/format';
import { sharedStyles } from '../shared/styles';
import { tipStyles, Tips } from '../shared/tips';
import { segment } from '../shared/words';
import { bar, nullChart, scatter, track } from './drawings';
import { asClose, domainOf, emphasised, isOverAccounted, kept, reading, spread } from './figures';
import { toMarkdown } from './markdown';
import { discovery, isUndefined, readVerdict, type ComponentFigures, type SetFigures, type Verdict } from './verdict';
import { verdictViewStyles } from './verdict-view.css';
import { declaration, DEFINITIONS, interval, meaning, NULLS, protocolLine, pValue, share, signed, testName } from './words';

type Order = 'model' | 'vote' | 'effect' | 'gap';
const GAP = 14;
const CARD_PADDING = 28;
const ONE_COLUMN = 860;

/**
 * The verdict on a circuit: the sentence, four figures, and the evidence: votes beside effects, random circuits, protocols, prompts,
 * knock-outs, self-repair, held-out prompts, and the declaration without which none of it means anything.
 *
 * Properties: `src` (the result of a circuit test as JSON), `filename` (of downloads, without ending), `heading` (title of the exported
 * text), `bare` (without the label, where the page around it says it already).
 * Events: `verdict-loaded` once the result is painted.
 * Keyboard: every chart has a table behind the switch in its heading; definitions appear when a term is focused; Esc closes the menu.
 * Prints: everything, charts and tables without scrolling.
 */
@customElement('verdict-view')
export class VerdictView extends LitElement {
  static override styles = [sharedStyles, tipStyles, verdictViewStyles];

  @property() src = '';
  @property() filename = 'verdict';
  @property() heading = 'Verdict';
  @property({ type: Boolean }) bare = false;

  @state() private verdict: Verdict | null = null;
  @state() private error = '';
  @state() private pageWidth = 1160;
  @state() private order: Order = 'model';
  @state() private shownNull = 0;
  @state() private nullTable = false;
  @state() private promptTable = false;

  private readonly tips = new Tips(this);
  private request?: AbortController;
  private readonly sizes = new ResizeObserver(([entry]) => (this.pageWidth = entry.contentRect.width));

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    if (this.hasUpdated && this.src && !this.verdict) {
      void this.load();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.request?.abort();
  }

  /** Fetches the result again, after a failure. */
  async load(): Promise<void> {
    this.request?.abort();
    this.verdict = null;
    this.error = '';
    if (!this.src) {
      return;
    }
    const request = (this.request = new AbortController());
    try {
      this.verdict = readVerdict(await fetchJson(this.src, request.signal));
      await this.updateComplete;
      this.dispatchEvent(new CustomEvent('verdict-loaded'));
    } catch (error) {
      if (!request.signal.aborted) {
        this.error = error instanceof FetchFailed ? error.message : 'The result could not be read; it may be of a newer version. Reload the page.';
      }
    }
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('src')) {
      void this.load();
    }
  }

  override render() {
    return html`<div class="page">${this.error ? this.failure() : this.verdict ? this.content(this.verdict) : this.skeleton()}</div>
      ${this.tips.render()}`;
  }

  private skeleton() {
    return html`<div role="status" aria-label="Loading the verdict"><span class="skeleton" style="width:min(680px,90%);height:48px;margin:8px 0"></span>
      <div class="figures">${[0, 1, 2, 3].map(() => html`<span class="skeleton" style="height:98px"></span>`)}</div>
      <div class="cards"><span class="skeleton" style="height:320px"></span><span class="skeleton" style="height:320px"></span></div></div>`;
  }

  private failure() {
    return html`<div class="card"><div class="empty" role="alert"><h2>The verdict could not be shown</h2><p>${this.error}</p><button class="btn primary" @click=${() => void this.load()}>Try again</button></div></div>`;
  }

  private content(verdict: Verdict): TemplateResult {
    return html`${this.opening(verdict)} ${this.figures(verdict)}
      <div class="cards">
        <div class="column">${this.votes(verdict)} ${this.prompts(verdict)} ${this.completeness(verdict)} ${this.required(verdict)}</div>
        <div class="column">${this.nulls(verdict)} ${this.protocols(verdict)} ${this.heldOut(verdict)} ${this.repairs(verdict)} ${this.minimality(verdict)} ${this.declared(verdict)}</div>
      </div>`;
  }

  // ---- the finding

  private opening(verdict: Verdict) {
    return html`<div class="top">${this.bare ? nothing : html`<span class="chip ${meaning(verdict.label)}"><span class="dot"></span>${verdict.label}</span>`}${this.exportMenu(verdict)}</div>
      <p class="lede">${emphasised(verdict.sentence).map((piece) => (piece.strong ? html`<b>${piece.text}</b>` : piece.text))}</p>
      <div class="row quiet protocol">${protocolLine(verdict).map((part, i) => html`${i > 0 ? html`<span aria-hidden="true">·</span>` : nothing}<span>${part}</span>`)}</div>
      ${verdict.reasons.length === 0
        ? nothing
        : html`<div class="row checks" role="list" aria-label="What was required">${verdict.reasons.map(
            (reason) => html`<span role="listitem" tabindex="0" class="chip ${reason.passed ? 'good pass' : 'bad fail'}" data-tip=${reason.sentence} aria-label="${testName(reason.test)}: ${reason.passed ? 'held' : 'failed'}. ${reason.sentence}">${testName(reason.test)}</span>`,
          )}</div>`}`;
  }

  private figures(verdict: Verdict) {
    const { accounting, sufficiency, necessity, thresholds } = verdict;
    const removed = 1 - necessity.left;
    const removedCi = necessity.ci95 ? ([1 - necessity.ci95[1], 1 - necessity.ci95[0]] as const) : null;
    return html`<section class="figures" aria-label="Key figures">
      ${this.figure('accounted for', DEFINITIONS.accounting, share(accounting.share), '', `${fixed(accounting.claimed)} of ${fixed(accounting.total)}, as direct votes`, track(accounting.share, {}), 'a sum, not a causal test')}
      ${this.figure('sufficiency', DEFINITIONS.sufficiency, share(sufficiency.kept), interval(sufficiency.ci95), `${fixed(sufficiency.circuit)} of ${fixed(sufficiency.model)} kept when the rest is ablated`, track(sufficiency.kept, { ci: sufficiency.ci95, required: thresholds['sufficiency'], most: 2 - thresholds['sufficiency'] }), range(thresholds['sufficiency']))}
      ${this.figure('necessity', DEFINITIONS.necessity, share(removed), interval(removedCi), `${fixed(necessity.knockout)} left when the circuit is ablated`, track(removed, { ci: removedCi, required: thresholds['necessity'] === undefined ? undefined : 1 - thresholds['necessity'] }), required(1 - thresholds['necessity']))}
      ${this.chance(verdict)}
    </section>`;
  }

  private figure(name: string, definition: string, value: string, beside: string, below: string, more: TemplateResult, quiet: string) {
    return html`<div class="card figure"><span><span class="said" tabindex="0" data-tip=${definition}>${name}</span></span>
      <b class="big">${value}${beside ? html`<span class="ci">${beside}</span>` : nothing}</b><span>${below}</span><div class="more">${more}${quiet ? html`<div class="quiet">${quiet}</div>` : nothing}</div></div>`;
  }

  private chance(verdict: Verdict) {
    const { model, circuit } = verdict.sufficiency;
    const [head] = verdict.nulls;
    if (!head) {
      return this.figure('against chance', DEFINITIONS.chance, '–', '', 'no random circuits were drawn', html`${nothing}`, '');
    }
    const close = asClose(head.model.values, model, circuit);
    const others = verdict.nulls.slice(1).map(({ key, model: other }) => `${NULLS[key]}: ${asClose(other.values, model, circuit)} / ${other.values.length}, p ${pValue(other.pValue)}`);
    return this.figure('against chance', DEFINITIONS.chance, `${close} / ${head.model.values.length}`, `p ${pValue(head.model.pValue)}`, `random circuits ${head.key === 'layers' ? 'in the same layers' : 'anywhere'} as close to the model`, html`${nothing}`, others.join(' · '));
  }

  // ---- the evidence

  private votes(verdict: Verdict) {
    const total = verdict.accounting.total;
    const gap = (line: ComponentFigures) => line.effect - line.vote;
    const by: Record<Order, (line: ComponentFigures) => number> = { model: () => 0, vote: (line) => Math.abs(line.vote), effect: (line) => Math.abs(line.effect), gap: (line) => Math.abs(gap(line)) };
    const lines = [...verdict.components].sort((a, b) => by[this.order](b) - by[this.order](a));
    const extent = domainOf([0, ...lines.flatMap((line) => [line.vote, line.effect])]);
    const classes = classesOf(verdict);
    const sorted = (order: Order, label: string, tip: string) => html`<th scope="col" class="r" aria-sort=${this.order === order ? 'descending' : 'none'}><button data-tip=${tip} @click=${() => (this.order = this.order === order ? 'model' : order)}>${label}${this.order === order ? ' ↓' : ''}</button></th>`;
    return html`<section class="card" style="order:1" aria-label="Vote beside effect">
      <header><h2 class="said" tabindex="0" data-tip="Accounting and cause are different questions: what a component writes, and what is lost without it. The gap between them is the finding.">Vote beside effect, per component</h2><span class="grow"></span>
        <span class="key"><i class="vote helps"></i>direct vote</span><span class="key"><i class="effect helps"></i>lost when ablated</span></header>
      <div class="box tall"><table class="plain" style="--zero-at:${((100 * -extent[0]) / (extent[1] - extent[0])).toFixed(2)}%">
        <thead><tr><th scope="col">component</th><th scope="col"><span class="sr">bars</span></th>${sorted('vote', 'vote', DEFINITIONS.vote)}${sorted('effect', 'effect', DEFINITIONS.effect)}${sorted('gap', 'gap', DEFINITIONS.gap)}</tr></thead>
        <tbody>${lines.map((line) => {
          const says = reading(line, total);
          return html`<tr data-tip=${says ? `${line.name}: ${says}` : ''}><td class="who mono">${line.name}${classes.has(line.name) ? html`<span>${classes.get(line.name)}</span>` : nothing}</td>
            <td class="bars"><div aria-hidden="true">${bar(line.vote, extent, 'vote')}${bar(line.effect, extent, 'effect')}</div></td>
            <td class="r mono">${signed(line.vote)}</td><td class="r mono">${signed(line.effect)}</td><td class="r mono">${says ? html`<b>${signed(gap(line))}</b>` : html`<span class="muted">${signed(gap(line))}</span>`}</td></tr>`;
        })}</tbody></table></div>
      <div class="b"><p class="note">${this.massLine(verdict)}</p>
        ${isOverAccounted(verdict) ? html`<p class="warned">The votes add up to ${share(verdict.accounting.share)} while ${share(1 - verdict.accounting.negative)} of the votes against the answer are left out: the sum flatters.</p>` : nothing}</div>
    </section>`;
  }

  private massLine({ accounting, components }: Verdict) {
    const disagreeing = components.filter((line) => reading(line, accounting.total) !== '').length;
    return html`Blue helps the answer, orange hurts it. ${Number.isFinite(accounting.positive) ? html`The circuit has <b>${share(accounting.positive)}</b> of all votes for the answer and <b>${share(accounting.negative)}</b> of those against it. ` : nothing}
      ${disagreeing > 0 ? html`For <b>${disagreeing} of ${components.length}</b> vote and effect disagree.` : components.length > 0 ? 'Vote and effect agree for every component.' : nothing}`;
  }

  private nulls(verdict: Verdict) {
    const shown = verdict.nulls[Math.min(this.shownNull, verdict.nulls.length - 1)];
    if (!shown) {
      return nothing;
    }
    const { model, circuit } = verdict.sufficiency;
    const { values, quantile: place, pValue: p, pCorrected } = shown.model;
    const close = asClose(values, model, circuit);
    return html`<section class="card" style="order:2" aria-label="Random circuits">
      <header><h2 class="said" tabindex="0" data-tip=${DEFINITIONS.chance}>${values.length} random circuits, ${NULLS[shown.key]}</h2><span class="grow"></span>
        ${verdict.nulls.length > 1 ? html`<div class="seg" role="group" aria-label="Which random circuits">${verdict.nulls.map(({ key }, i) => segment(NULLS[key], shown.key === key, `Random circuits of the same size, ${NULLS[key]}.`, () => (this.shownNull = i)))}</div>` : nothing}
        ${this.chartOrTable(this.nullTable, (table) => (this.nullTable = table))}</header>
      ${this.nullTable
        ? html`<div class="box"><table class="plain"><thead><tr><th scope="col">circuit</th><th scope="col" class="r">keeps</th><th scope="col" class="r">gap to the model</th></tr></thead><tbody>
            <tr class="main"><td>the claim</td><td class="r mono">${fixed(circuit)}</td><td class="r mono">${fixed(Math.abs(model - circuit))}</td></tr>
            ${[...values].sort((a, b) => Math.abs(model - a) - Math.abs(model - b)).map((value, i) => html`<tr><td class="muted">random ${i + 1}</td><td class="r mono">${fixed(value)}</td><td class="r mono">${fixed(Math.abs(model - value))}</td></tr>`)}</tbody></table></div>`
        : html`<div class="b">${nullChart(verdict, values, this.cardWidth())}
            <p class="note"><b>${close} of ${values.length}</b> come as close to the model as the claim (gap ${fixed(Math.abs(model - circuit))}, shaded) · <span class="said" tabindex="0" data-tip=${DEFINITIONS.p}>p ${pValue(p)} (${pValue(pCorrected)})</span> · <span class="said" tabindex="0" data-tip=${DEFINITIONS.quantile}>quantile ${fixed(place)}</span></p></div>`}
    </section>`;
  }

  private protocols(verdict: Verdict) {
    if (verdict.protocols.length === 0) {
      return nothing;
    }
    const holds = verdict.protocols.filter((line) => line.holds).length;
    const others = (['template', 'averaging'] as const).filter((name) => verdict.protocols.some((line) => line[name] !== ''));
    const { declared } = verdict;
    return html`<section class="card" style="order:3" aria-label="Protocols"><header><h2>Protocols</h2><span class="grow"></span><span class="muted">holds under ${holds} of ${verdict.protocols.length}</span></header>
      <div class="box"><table class="plain"><thead><tr><th scope="col">ablation</th><th scope="col">reference</th><th scope="col">positions</th>${others.map((name) => html`<th scope="col">${name}</th>`)}
        <th scope="col" class="r"><span class="said" tabindex="0" data-tip=${DEFINITIONS.kept}>kept</span></th><th scope="col" class="r"><span class="said" tabindex="0" data-tip=${DEFINITIONS.left}>left without</span></th><th scope="col">holds</th></tr></thead>
        <tbody>${verdict.protocols.map((line) => {
          const main = line.ablation === declared['ablation'] && (line.ablation !== 'mean' || line.reference === declared['reference']) && line.positions === declared['positions'] && /^(all)?$/.test(line.template) && /^(ratio of means)?$/.test(line.averaging);
          return html`<tr class=${main ? 'main' : ''} data-tip=${main ? 'The protocol that was declared' : ''}><td>${line.ablation}</td><td>${line.reference || '–'}</td><td>${line.positions}</td>${others.map((name) => html`<td>${line[name] || '–'}</td>`)}
            <td class="r mono">${share(line.kept)}</td><td class="r mono">${share(line.left)}</td><td><span class="chip ${line.holds ? 'good' : 'bad'}">${line.holds ? 'yes' : 'no'}</span></td></tr>`;
        })}</tbody></table></div></section>`;
  }

  private prompts(verdict: Verdict) {
    if (verdict.examples.length === 0) {
      return nothing;
    }
    const found = spread(verdict);
    const threshold = verdict.thresholds['sufficiency'];
    return html`<section class="card" style="order:4" aria-label="Each prompt">
      <header><h2>Each prompt</h2><span class="grow"></span><span class="muted">${count(found.defined + found.undefinedCount, 'prompt')}</span>${this.chartOrTable(this.promptTable, (table) => (this.promptTable = table))}</header>
      ${this.promptTable
        ? html`<div class="box"><table class="plain"><thead><tr><th scope="col">prompt</th><th scope="col" class="r">model</th><th scope="col" class="r">circuit</th><th scope="col" class="r">without it</th><th scope="col" class="r">kept</th></tr></thead><tbody>
            ${verdict.examples.map((line) => html`<tr><td class="prompt" title=${line.prompt}>${line.prompt}</td><td class="r mono">${fixed(line.model)}</td><td class="r mono">${fixed(line.circuit)}</td><td class="r mono">${fixed(line.knockout)}</td><td class="r mono">${isUndefined(line, verdict.minDifference) ? 'undefined' : share(kept(line))}</td></tr>`)}</tbody></table></div>`
        : html`<div class="b">${scatter(verdict, this.cardWidth())}
            <p class="note">Half of the prompts keep <b>${share(found.q25)} to ${share(found.q75)}</b>, the median ${share(found.median)}${found.worst ? html`; the worst ${share(kept(found.worst))}${found.worst.prompt ? html`, “${found.worst.prompt}”` : nothing}` : nothing}.
              Dashed: everything kept${threshold > 0 ? html`; grey: the ${share(threshold)} required, orange below it` : nothing}. ${found.undefinedCount > 0 ? html`<b>${found.undefinedCount}</b> with |difference| under ${verdict.minDifference} ${found.undefinedCount === 1 ? 'has' : 'have'} no ratio (hollow).` : nothing}</p></div>`}
    </section>`;
  }

  private heldOut(verdict: Verdict) {
    const line = (name: string, figures: SetFigures) => html`<tr><th scope="row">${name}</th><td class="r mono">${figures.examples}</td><td class="r mono">${fixed(figures.model)}</td><td class="r mono">${share(figures.share)}</td><td class="r mono">${share(figures.kept)} <span class="muted">${interval(figures.ci95)}</span></td><td class="r mono">${share(figures.left)}</td></tr>`;
    return html`<section class="card" style="order:5" aria-label="Held-out prompts"><header><h2 class="said" tabindex="0" data-tip=${DEFINITIONS.heldOut}>Held-out beside discovery</h2></header>
      ${verdict.heldOut
        ? html`<div class="box"><table class="plain"><thead><tr><th scope="col"><span class="sr">set</span></th><th scope="col" class="r">prompts</th><th scope="col" class="r">model</th><th scope="col" class="r">accounted</th><th scope="col" class="r">kept</th><th scope="col" class="r">left without</th></tr></thead>
            <tbody>${line('discovery', discovery(verdict))}${line('held-out', verdict.heldOut)}</tbody></table></div>`
        : html`<div class="b"><p class="note">Tested on the discovery prompts only. A claim from a generated prompt set is also tried on prompts made after the freeze.</p></div>`}</section>`;
  }

  private repairs(verdict: Verdict) {
    const lines = verdict.repairs.filter((line) => line.stepped.length > 0 || Number.isFinite(line.norm));
    if (lines.length === 0) {
      return nothing;
    }
    return html`<section class="card" style="order:6" aria-label="Self-repair"><header><h2 class="said" tabindex="0" data-tip=${DEFINITIONS.repair}>Who stepped in</h2></header>
      <div class="box"><table class="plain"><thead><tr><th scope="col">ablated</th><th scope="col">direct votes that changed</th><th scope="col" class="r">by the norm</th></tr></thead>
        <tbody>${lines.map((line) => html`<tr><td class="mono nw">${line.name}</td><td>${stepped(line).length === 0 ? html`<span class="muted">nobody</span>` : stepped(line).map((who) => html`<span class="mono" style="color:var(${who.change < 0 ? '--hurt' : '--help'});margin-right:10px;white-space:nowrap">${who.name} ${signed(who.change)}</span>`)}</td><td class="r mono">${signed(line.norm)}</td></tr>`)}</tbody></table></div></section>`;
  }

  private completeness(verdict: Verdict) {
    if (verdict.knockouts.length === 0) {
      return nothing;
    }
    const allowed = verdict.thresholds['completeness'];
    const model = verdict.sufficiency.model;
    return html`<section class="card" style="order:7" aria-label="Completeness"><header><h2 class="said" tabindex="0" data-tip=${DEFINITIONS.completeness}>Completeness</h2><span class="grow"></span>${allowed === undefined ? nothing : html`<span class="muted">gap of at most ${share(allowed)} of the model allowed</span>`}</header>
      <div class="box"><table class="plain"><thead><tr><th scope="col">taken out of both</th><th scope="col">chosen</th><th scope="col" class="r">circuit keeps</th><th scope="col" class="r">model keeps</th><th scope="col" class="r">gap</th></tr></thead>
        <tbody>${[...verdict.knockouts].sort((a, b) => b.gap - a.gap).map((line) => html`<tr><td class="mono">${line.components.join(', ')}</td><td class="nw">${line.kind}</td><td class="r mono">${fixed(line.circuit)}</td><td class="r mono">${fixed(line.model)}</td><td class="r mono">${allowed !== undefined && line.gap > allowed * Math.abs(model) ? html`<b>${fixed(line.gap)} ✕</b>` : fixed(line.gap)}</td></tr>`)}</tbody></table></div></section>`;
  }

  private minimality(verdict: Verdict) {
    if (verdict.minimality.length === 0) {
      return nothing;
    }
    const asked = verdict.thresholds['minimality'];
    const extent = domainOf([0, ...verdict.minimality.map((line) => line.effect)]);
    return html`<section class="card" style="order:8" aria-label="Minimality"><header><h2 class="said" tabindex="0" data-tip=${DEFINITIONS.minimality}>Minimality</h2><span class="grow"></span>${asked === undefined ? nothing : html`<span class="muted">each at least ${share(asked)} of the model</span>`}</header>
      <div class="box"><table class="plain" style="--zero-at:${((100 * -extent[0]) / (extent[1] - extent[0])).toFixed(2)}%"><thead><tr><th scope="col">component</th><th scope="col"><span class="sr">bar</span></th><th scope="col" class="r">given the rest</th><th scope="col" class="r">share</th><th scope="col">needed</th></tr></thead>
        <tbody>${verdict.minimality.map((line) => html`<tr data-tip=${line.given.length > 0 ? `Largest with ${line.given.join(', ')} out as well` : ''}><td class="mono nw">${line.name}</td><td class="bars"><div aria-hidden="true">${bar(line.effect, extent, 'alone')}</div></td><td class="r mono">${signed(line.effect)}</td><td class="r mono">${share(line.share)}</td><td><span class="chip ${line.passed ? 'good' : 'warn'}">${line.passed ? 'yes' : 'no'}</span></td></tr>`)}</tbody></table></div></section>`;
  }

  private required(verdict: Verdict) {
    return verdict.reasons.length === 0
      ? nothing
      : html`<section class="card" style="order:9" aria-label="What was required"><header><h2>What was required, and what was found</h2></header><div class="box tall"><table class="plain"><tbody>
          ${verdict.reasons.map((reason) => html`<tr><td class="nw"><span class="chip ${reason.passed ? 'good pass' : 'bad fail'}">${testName(reason.test)}</span></td><td>${reason.sentence}</td></tr>`)}</tbody></table></div></section>`;
  }

  private declared(verdict: Verdict) {
    return html`<section class="card" style="order:10" aria-label="Declaration"><header><h2 class="said" tabindex="0" data-tip="Fixed before the test. Figures of a circuit mean nothing without it: another ablation value, reference or set of positions gives other figures.">Declaration</h2></header>
      <div class="b"><dl>${declaration(verdict).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div></section>`;
  }

  // ---- parts

  private chartOrTable(table: boolean, choose: (table: boolean) => void) {
    return html`<div class="seg" role="group" aria-label="View">${segment('Chart', !table, 'The chart.', () => choose(false))}${segment('Table', table, 'The same as a table.', () => choose(true))}</div>`;
  }

  private exportMenu(verdict: Verdict) {
    const report = () => toMarkdown(verdict, this.heading);
    const items: (ExportItem | null)[] = [
      { label: 'Copy report', hint: 'Markdown', run: async () => (await copyText(report()), 'Copied') },
      { label: 'Download report', hint: 'Markdown', run: () => download(new Blob([report()], { type: 'text/markdown' }), `${this.filename}.md`) },
      { label: 'Download result', hint: 'JSON', href: this.src, download: `${this.filename}.json` },
      null,
      { label: 'Print', hint: 'PDF', run: () => window.print() },
    ];
    return html`<export-menu class="tools" .items=${items}></export-menu>`;
  }

  /** Pixels a chart has inside its card. */
  private cardWidth(): number {
    return Math.max(220, Math.floor(this.pageWidth > ONE_COLUMN ? (this.pageWidth - GAP) / 2 : this.pageWidth) - CARD_PADDING);
  }
}

/** Who changed its vote by enough to be written, the first four. */
function stepped(line: Verdict['repairs'][number]) {
  return line.stepped.filter((who) => Math.abs(who.change) >= 0.005).slice(0, 4);
}

/** Keeping much more than the whole isn't being the circuit either. */
function range(least: number): string {
  return Number.isFinite(least) ? `▾ ${share(least)} to ${share(2 - least)} required` : '';
}

/** What a figure had to reach, beside the tick on its track. */
function required(least: number): string {
  return Number.isFinite(least) ? `▾ at least ${share(least)} required` : '';
}

/** Classes by component, as the claim names them. */
function classesOf(verdict: Verdict): Map<string, string> {
  const classes = verdict.declared['classes'];
  const found = new Map<string, string>();
  if (typeof classes === 'object' && classes !== null) {
    for (const [name, members] of Object.entries(classes)) {
      for (const member of Array.isArray(members) ? members : []) {
        found.set(String(member), [found.get(String(member)), name].filter(Boolean).join(', '));
      }
    }
  }
  return found;
}

declare global {
  interface HTMLElementTagNameMap {
    'verdict-view': VerdictView;
  }
}
