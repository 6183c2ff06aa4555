import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../export-menu/export-menu';
import type { ExportItem, ExportMenu } from '../export-menu/export-menu';
import { copyPicture, copyText, download } from '../shared/browser';
import { ComponentScores } from '../shared/component-scores';
import { counted, describe, parseTyped } from '../shared/components';
import { fetchJson, sentence } from '../shared/fetch-result';
import { count, fixed, plus, share, tiny } from '../shared/format';
import type { Cell } from '../shared/grid-geometry';
import { plain } from '../shared/reading';
import { ResultPage } from '../shared/result-page';
import { legend, legendStyles } from '../value-grid/legend';
import { sharedStyles } from '../shared/styles';
import { tipStyles } from '../shared/tips';
import { capital, segment, words } from '../shared/words';
import '../value-grid/value-grid';
import type { ValueGrid } from '../value-grid/value-grid';
import type { ValueCells } from '../value-grid/values';
import type { Acts, Board } from './board';
import { DEFINITIONS, boardCells, cellOf, indexOf, nameAt, namesBetween } from './cells';
import { componentBoardStyles } from './component-board.css';
import { componentCard, hoverBody } from './component-card';
import { DIFFERENCE, readEffects, type Effects, type Measured } from './effects';
import { finding } from './finding';
import { LARGEST_FIRST, asText, resort, type Sorting } from './ledger';
import { ledgerCard } from './ledger-card';
import { promptsCard } from './prompts-card';
import { selectionCard } from './selection-card';
import { STATISTICS, exampleOf, linkTo, selectedOf, viewOf, type BoardState, type Statistic } from './state';

/** Boards with more columns take the page's whole width. */
const WIDEST_BESIDE = 18;

/**
 * The component board: who votes for the answer, what a selection accounts for, the ledger and the prompts of one attribution.
 *
 * Properties: `src` (the result as JSON), `measured` (patchings of heads and circuit tests that can stand beside the votes), `measure`
 * (address where one is started), `csv` (download), `filename`; and the state, all of it able to stand in an address:
 * `statistic` (`mean`, `helping`, `spread`, `example`, `effect`), `example` (counted from 0), `selected` (names, comma-separated), `at` (the
 * focused component), `view` (`ledger`, `waterfall`, `effects`), `effects` (the run of `measured` that is held against the votes). What names nothing in the result falls back to its default.
 * Events: `state-change` (detail: BoardState) after the reader changed any of it; `make-hypothesis` (detail: names) when a
 * hypothesis is wanted from the selection; `board-loaded` once the result is there.
 * Keyboard: `/` types components, `?` help, `t` table, `m` next statistic, `Esc` closes; on the board arrows, Home, End, PageUp,
 * PageDown move, Space or Enter selects, Shift with arrows selects a range, `a` selects the row, `Esc` clears.
 */
@customElement('component-board')
export class ComponentBoard extends ResultPage<ComponentScores, BoardState> {
  static override styles = [sharedStyles, tipStyles, legendStyles, componentBoardStyles];

  @property({ attribute: false }) measured: readonly Measured[] = [];
  @property() measure = '';
  @property() effects = '';
  @property() statistic = 'mean';
  @property() example: string | number | null = null;
  @property() selected = '';
  @property() at = '';
  @property() view = 'ledger';

  @state() private loadedEffects: Effects | null = null;
  @state() private table = false;
  @state() private typed = '';
  @state() private answered = '';
  @state() private sorting: Sorting = LARGEST_FIRST;
  @state() private everyLine = false;
  @state() private hover: (Cell & { box: DOMRect }) | null = null;

  private board!: Board;
  private cells!: ValueCells;

  @query('value-grid') private grid?: ValueGrid;
  @query('#typed') private typedBox?: HTMLInputElement;
  @query('export-menu') private menu?: ExportMenu;
  @query('dialog') private help!: HTMLDialogElement;

  private readonly acts: Acts = {
    toggle: (name) => this.toggle(name),
    focus: (name) => this.change({ at: name }),
    select: (names) => this.select(names),
    pickExample: (example) => this.change(example === null ? { statistic: 'mean' } : { statistic: 'example', example }),
    view: (view) => (view === 'effects' && !this.effects && this.measured.length > 0 ? this.compare(this.measured[0].run) : this.change({ view })),
    sort: (key) => (this.sorting = resort(this.sorting, key)),
    showEveryLine: (all) => (this.everyLine = all),
    copySelection: () => void this.copySelection().then((said) => this.menu?.say(said)),
  };

  protected override readonly loaded = 'board-loaded';

  protected override async fetch(src: string, signal: AbortSignal): Promise<ComponentScores> {
    return ComponentScores.read(await fetchJson<unknown>(src, signal));
  }

  /** Effects are an addition: without them the board stands, and says why they are missing. */
  private async loadEffects(): Promise<void> {
    this.loadedEffects = null;
    this.answered = '';
    const { effects } = this;
    if (!effects) {
      return;
    }
    const run = this.comparedWith();
    if (!run) {
      this.answered = 'The analysis whose effects were shown here is gone, or is about other prompts.';
      return;
    }
    try {
      const read = readEffects(await fetchJson<unknown>(run.src));
      this.loadedEffects = effects === this.effects ? read : this.loadedEffects;
    } catch (error) {
      this.answered = `Measured effects are missing. ${sentence(error)}`;
    }
  }

  private comparedWith(): Measured | undefined {
    return this.measured.find((each) => each.run === this.effects);
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if ((changed.has('effects') || changed.has('measured')) && (this.effects || this.loadedEffects)) {
      void this.loadEffects();
    }
    const scores = this.result;
    if (!scores) {
      return;
    }
    const statistic = this.statistics(scores).find((key) => key === this.statistic) ?? 'mean';
    const example = exampleOf(scores, this.example);
    this.board = {
      scores, statistic, example: statistic === 'example' ? example : null,
      selected: new Set(selectedOf(scores, this.selected ?? '')), at: scores.choosable.has(this.at) ? this.at : '',
      view: viewOf(this.view), sorting: this.sorting, everyLine: this.everyLine, effects: this.loadedEffects,
      offered: { measured: this.measured.length > 0, measure: this.measure },
    };
    if (['result', 'statistic', 'example', 'loadedEffects'].some((key) => changed.has(key))) {
      this.cells = boardCells(scores, statistic, example, this.loadedEffects);
    }
  }

  override render() {
    return html`${this.page()} ${this.result && this.hover && !this.table ? this.hoverCard(this.hover) : nothing} ${this.tips.render()} ${this.helpDialog()}`;
  }

  // ---- the page

  protected override content(scores: ComponentScores): TemplateResult {
    const beside = scores.heads + 1 <= WIDEST_BESIDE;
    return html`${this.opening()} ${this.tools()} ${this.compared()}
      <div class="cards ${beside ? 'beside' : 'across'}" style="--board-width:${this.boardWidth()}px">
        <div class="column">${this.boardCard()} ${promptsCard(this.board, this.acts)}</div>
        <div class="column">${selectionCard(this.board, this.acts)}${componentCard(this.board, this.acts)}${ledgerCard(this.board, this.acts)}</div>
      </div>`;
  }

  private opening() {
    const { scores, example } = this.board;
    const n = scores.examples.length;
    return html`<p class="lede" aria-live="polite">${words(finding(scores, example))}</p>
      <div class="row quiet protocol">${this.check()}
        <span>votes on ${scores.question} at the last position</span><span aria-hidden="true">·</span><span>${count(n, 'prompt')}</span><span aria-hidden="true">·</span>
        <span data-tip="The final norm divides by the stream’s size; that divisor is taken as it was on each prompt, so that the lines add up exactly.">final norm’s scale frozen per prompt</span><span aria-hidden="true">·</span>
        <span data-tip="A head’s line leaves the value bias out; it stands with the output bias in attn_bias, so that heads compare with published figures.">${count(scores.lines.length, 'line')}</span></div>`;
  }

  /** Green only for a check that ran and passed. */
  private check() {
    const { closure, closes } = this.board.scores;
    return html`<span class="chip ${closes ? 'good' : 'bad'}" tabindex="0"
      data-tip="Sum of all lines against the model’s own logit difference: largest gap over the prompts ${closure.maxAbsResidual.toPrecision(2)}, allowed ${tiny(closure.tolerance)} × max(1, |logit difference|). Checked in this run.">
      <span class="dot"></span>${closes ? 'ledger closes' : 'ledger does not close'} · ${tiny(closure.maxAbsResidual)}</span>`;
  }

  private tools() {
    const { scores, statistic, selected } = this.board;
    const choices = this.statistics(scores);
    const n = selected.size;
    return html`<div class="row tools" role="toolbar" aria-label="What the board shows">
      ${choices.length > 1 ? html`<div class="seg" role="group" aria-label="Statistic">${choices.map((key) => segment(DEFINITIONS[key].label, key === statistic, DEFINITIONS[key].definition, () => this.change({ statistic: key })))}</div>` : nothing}
      ${statistic === 'example' ? this.exampleChoice() : nothing}
      ${this.measured.length > 0 ? this.comparison() : nothing}
      <span class="grow"></span>
      ${this.typedField()}
      <export-menu .items=${this.exports()}></export-menu>
      <button class="btn" aria-label="Help: keys and marks" data-tip="Keys and marks" @click=${() => this.help.showModal()}>?</button>
      <button class="btn primary" id="make-hypothesis" ?disabled=${n === 0} data-tip=${n === 0 ? 'Select the components that are to be tested first' : 'Claim that these components do it, freeze the claim, and test it by ablation'} @click=${this.makeHypothesis}>
        Make hypothesis${n === 0 ? '' : ` from ${n} selected`}</button></div>`;
  }

  private comparison() {
    const known = this.comparedWith();
    return html`<select class="in compare ${known ? '' : 'muted'}" aria-label="Causal effects to hold against the votes" data-tip=${DIFFERENCE} @change=${(e: Event) => this.compare((e.target as HTMLSelectElement).value)}>
      <option value="" .selected=${!known}>${known ? 'No comparison' : 'Compare with effects …'}</option>
      ${this.measured.map((each) => html`<option value=${each.run} .selected=${each === known}>${each.label}</option>`)}</select>`;
  }

  /** Effects appear where they say most: beside the votes. */
  private compare(run: string): void {
    this.change(run ? { effects: run, view: 'effects' } : { effects: '', view: 'ledger', statistic: this.statistic === 'effect' ? 'mean' : this.statistic });
  }

  private compared() {
    const run = this.comparedWith();
    return run && this.loadedEffects
      ? html`<div class="row quiet compared"><span>votes: direct, the final norm’s scale frozen</span><span aria-hidden="true">·</span><span data-tip=${DIFFERENCE}>effects: causal and total, ${this.loadedEffects.measured}</span><span aria-hidden="true">·</span><span>measured by <a class="link" href=${run.href}>${run.label}</a></span></div>`
      : nothing;
  }

  private exampleChoice() {
    const { scores, example } = this.board;
    const at = example ?? 0;
    const last = scores.examples.length - 1;
    return html`<div class="row steps"><button class="btn plain" aria-label="Prompt before" ?disabled=${at === 0} @click=${() => this.change({ example: at - 1 })}>‹</button>
      <span class="quiet">prompt ${at + 1} of ${last + 1}</span>
      <button class="btn plain" aria-label="Next prompt" ?disabled=${at === last} @click=${() => this.change({ example: at + 1 })}>›</button></div>`;
  }

  private typedField() {
    return html`<input id="typed" class="in" type="search" placeholder="Type L9H9, MLP0 …  /" aria-label="Select components by name" aria-describedby="typed-answer" autocomplete="off" spellcheck="false"
      .value=${this.typed} @input=${(e: Event) => this.onTyped((e.target as HTMLInputElement).value)} @keydown=${this.onTypedKey} />`;
  }

  private boardCard() {
    const { scores, statistic, effects } = this.board;
    const what = statistic === 'effect' && effects ? 'causal effects' : statistic === 'helping' ? 'share of prompts helped' : statistic === 'spread' ? 'spread of the votes' : `votes on ${scores.question}`;
    return html`<section class="card grid" aria-label="Board">
      <header><h2>Heads and MLPs, ${what}</h2><span class="grow"></span>
        <div class="seg" role="group" aria-label="View of the board">${segment('Board', !this.table, 'Layers from the top, heads from the left, MLPs apart.', () => (this.table = false))}${segment('Table', this.table, 'The same as a table of buttons. Key: t', () => (this.table = true))}</div></header>
      <div class="found quiet" id="typed-answer" role="status">${this.answered}</div>
      <div class="b">${this.table ? this.tableView() : html`<value-grid .cells=${this.cells} .focused=${cellOf(scores, this.board.at)} .chosen=${this.chosen()} .speak=${this.speak} selectable
        .cellHeight=${this.cellHeight()} .maxHeight=${760} heading="Votes by layer and head"
        @cell-focus=${(e: CustomEvent<Cell>) => this.focusCell(e.detail)} @cell-toggle=${(e: CustomEvent<Cell>) => this.toggle(nameAt(scores, e.detail))}
        @cell-range=${(e: CustomEvent<{ from: Cell; to: Cell }>) => this.add(namesBetween(scores, e.detail.from, e.detail.to))}
        @row-toggle=${(e: CustomEvent<Cell>) => this.toggleRow(e.detail)} @cell-hover=${(e: CustomEvent<(Cell & { box: DOMRect }) | null>) => (this.hover = e.detail)}></value-grid>
        ${legend(this.cells)}`}</div></section>`;
  }

  private tableView() {
    const { scores, selected } = this.board;
    const cell = (row: number, column: number) => {
      const name = nameAt(scores, { row, column });
      const line = scores.line(name);
      return html`<td class="r">${line ? html`<button aria-pressed=${selected.has(name)} aria-label="${describe(name)}: ${this.figure(name)}" @click=${() => (this.toggle(name), this.change({ at: name }))}>${this.figure(name)}</button>` : '–'}</td>`;
    };
    return html`<div class="tablebox"><table class="plain"><thead><tr><th scope="col">layer</th>${this.cells.columnLabels.map((label) => html`<th scope="col" class="r">${label}</th>`)}</tr></thead>
      <tbody>${this.cells.rowLabels.map((label, row) => html`<tr><th scope="row">${label}</th>${this.cells.columnLabels.map((_, column) => cell(row, column))}</tr>`)}</tbody></table></div>`;
  }

  private hoverCard({ row, column, box }: Cell & { box: DOMRect }) {
    const line = this.board.scores.line(nameAt(this.board.scores, { row, column }));
    if (!line) {
      return nothing;
    }
    const width = 264;
    // beside the board where there is room, below the selection: neither a neighbour nor the share is covered
    const edge = (this.grid?.getBoundingClientRect().right ?? 0) + 12;
    const answer = this.renderRoot.querySelector('.selection')?.getBoundingClientRect();
    const beside = edge + width < window.innerWidth && !!answer && answer.left >= edge;
    const left = beside ? edge : box.right + 8 + width < window.innerWidth ? box.right + 8 : box.left - 8 - width;
    const top = Math.max(8, Math.min(Math.max(box.top - 12, beside ? answer.bottom + 8 : 0), window.innerHeight - 130));
    return html`<div class="hover" aria-hidden="true" style="left:${Math.max(8, left)}px;top:${top}px;width:${width}px">${hoverBody(this.board, line)}</div>`;
  }

  private helpDialog() {
    const keys: [string, string][] = [
      ['← ↑ → ↓', 'move through layers and heads'], ['Space Enter', 'select the component, or take it out'], ['Shift ← ↑ → ↓', 'select a range; Shift-click too'], ['a', 'select the whole row, or take it out'],
      ['Home End', 'first head and MLP of the layer'], ['PgUp PgDn', 'a page of layers; with Ctrl to the edge'], ['/', 'type components: L9H9, 10.0, MLP0; L9 is every head of layer 9'],
      ['m', 'next statistic'], ['t', 'board or table'], ['?', 'this help'], ['Esc', 'clear the selection'],
    ];
    return html`<dialog aria-label="Help" @click=${(e: Event) => e.target === this.help && this.help.close()}>
      <header class="row"><h3>Keys and marks</h3><span class="grow"></span><button class="btn plain" @click=${() => this.help.close()}>Close</button></header>
      <table class="plain">${keys.map(([key, text]) => html`<tr><td><span class="kbd">${key}</span></td><td>${text}</td></tr>`)}</table>
      <p class="muted">Blue votes for the answer, orange against it; a dark frame is a selected component, a frame in the accent the one in focus. A vote is a component’s direct effect on the logits only: what it does through later components is not in it, which is why a selection must be tested by ablation.</p></dialog>`;
  }

  // ---- sizes

  private cellHeight(): number {
    return Math.max(18, Math.min(34, Math.floor(560 / this.board.scores.layers)));
  }

  /** As wide as comfortable columns need, not more than two fifths of a wide page. */
  private boardWidth(): number {
    return Math.max(470, Math.min(600, 28 + 12 + 24 + (this.board.scores.heads + 1) * 41));
  }

  // ---- what is shown of a component

  /** Over a single prompt there is nothing to count and no spread. */
  private statistics(scores: ComponentScores): readonly Statistic[] {
    const several = scores.examples.length > 1;
    return STATISTICS.filter((key) => key === 'mean' || (key === 'effect' ? this.loadedEffects !== null : several));
  }

  private chosen(): ReadonlySet<number> {
    const { scores, selected } = this.board;
    return new Set([...selected].map((name) => indexOf(scores, cellOf(scores, name)!)));
  }

  private figure(name: string): string {
    const { scores, statistic, example } = this.board;
    const line = scores.line(name)!;
    return statistic === 'effect' ? this.effectOf(name) : statistic === 'helping' ? share(line.helping) : statistic === 'spread' ? fixed(line.sd) : plus(scores.vote(line, example));
  }

  private effectOf(name: string): string {
    const effect = this.board.effects?.byName.get(name);
    return effect === undefined ? '–' : plus(effect);
  }

  private readonly speak = (cell: Cell): string => {
    const { scores, selected, example } = this.board;
    const name = nameAt(scores, cell);
    const line = scores.line(name);
    if (!line) {
      return `${capital(describe(name))}: not in this model`;
    }
    const more = example === null ? `, spread ${fixed(line.sd)}, helps on ${share(line.helping)}` : `, mean ${plus(line.mean)}`;
    const effect = this.board.effects ? `, effect ${this.effectOf(name)}` : '';
    return `${capital(describe(name))}: vote ${plus(scores.vote(line, example))}${more}${effect}${selected.has(name) ? ', selected' : ''}`;
  };

  // ---- what the reader does

  private toggle(name: string): void {
    const { scores, selected } = this.board;
    if (scores.choosable.has(name)) {
      this.select(selected.has(name) ? [...selected].filter((other) => other !== name) : [...selected, name]);
    }
  }

  private add(names: readonly string[]): void {
    this.select([...this.chosenNames(), ...names]);
  }

  private toggleRow(cell: Cell): void {
    const { scores, selected } = this.board;
    const row = namesBetween(scores, { row: cell.row, column: 0 }, { row: cell.row, column: scores.heads });
    const all = row.every((name) => selected.has(name));
    this.select(all ? [...selected].filter((name) => !row.includes(name)) : [...selected, ...row]);
  }

  private select(names: readonly string[]): void {
    this.change({ selected: selectedOf(this.board.scores, names.join(',')).join(',') });
  }

  /** The selection as of now: several events may come before the next frame. */
  private chosenNames(): string[] {
    return selectedOf(this.board.scores, this.selected ?? '');
  }

  private focusCell(cell: Cell): void {
    const name = nameAt(this.board.scores, cell);
    if (this.board.scores.choosable.has(name)) {
      this.change({ at: name });
    }
  }

  protected override current(): BoardState {
    const { scores, statistic, selected, at, view } = this.board;
    return { statistic, example: exampleOf(scores, this.example), selected: [...selected], at, view, effects: this.effects };
  }

  private readonly makeHypothesis = (): void => {
    this.dispatchEvent(new CustomEvent<readonly string[]>('make-hypothesis', { detail: this.chosenNames(), bubbles: true, composed: true }));
  };

  private onTyped(text: string): void {
    this.typed = text;
    const { names, unknown, positions } = parseTyped(text, this.board.scores.choosable);
    const missing = unknown.length > 0 ? `${unknown.join(', ')} ${unknown.length === 1 ? 'is no component' : 'are no components'} of this model` : '';
    const found = names.length > 0 ? `Enter selects ${counted(names)}` : '';
    this.answered = [found, missing, positions ? 'positions are said in the hypothesis' : ''].filter(Boolean).join('; ');
  }

  private readonly onTypedKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      const { names, unknown } = parseTyped(this.typed, this.board.scores.choosable);
      if (names.length > 0) {
        this.add(names);
        this.change({ at: names[names.length - 1] });
        this.onTyped(unknown.join(' '));
      }
    } else if (event.key === 'Escape') {
      this.onTyped('');
      this.grid?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  protected override onPageKey(event: KeyboardEvent): boolean {
    const act = {
      '/': () => this.typedBox?.focus(),
      '?': () => this.help.showModal(),
      t: () => (this.table = !this.table),
      m: () => this.nextStatistic(),
      Escape: () => this.menu?.close() || this.clear(),
    }[event.key];
    return !!act && act() !== false;
  }

  private nextStatistic(): void {
    const choices = this.statistics(this.board.scores);
    this.change({ statistic: choices[(choices.indexOf(this.board.statistic) + 1) % choices.length] });
  }

  /** False when there is nothing to clear. */
  private clear(): boolean {
    const any = this.board.selected.size > 0;
    if (any) {
      this.select([]);
    }
    return any;
  }

  // ---- out of the page

  private exports(): (ExportItem | null)[] {
    return [
      { label: 'Copy link to this board', run: async () => (await copyText(linkTo(window.location.href, this.current())), 'Link copied') },
      { label: 'Copy selection', hint: 'names', run: async () => (await copyText(this.chosenNames().join(', ')), `${this.board.selected.size} copied`) },
      { label: 'Copy selection', hint: 'table', run: () => this.copySelection() },
      { label: 'Copy picture', hint: 'PNG', run: () => copyPicture(() => this.picture(), `${this.filename}.png`) },
      null,
      { label: 'Download picture', hint: 'PNG', run: async () => download(await this.picture(), `${this.filename}.png`) },
      ...(this.csv ? [{ label: 'Download table', hint: 'CSV', href: this.csv, download: `${this.filename}.csv` }] : []),
      { label: 'Download result', hint: 'JSON', href: this.src, download: `${this.filename}.json` },
    ];
  }

  private async copySelection(): Promise<string> {
    await copyText(asText(this.board.scores, this.chosenNames()));
    return `${this.board.selected.size} copied`;
  }

  private async picture(): Promise<Blob> {
    if (this.table) {
      this.table = false;
      await this.updateComplete;
    }
    await this.grid!.updateComplete;
    return this.grid!.picture(plain(finding(this.board.scores, this.board.example)));
  }

  protected override skeleton(): TemplateResult {
    return html`<div role="status" aria-label="Loading the result"><span class="skeleton" style="width:min(620px,90%);height:20px;margin:8px 0"></span><span class="skeleton" style="width:300px;height:14px"></span>
      <div class="cards beside" style="margin-top:48px;--board-width:470px"><div class="column"><span class="skeleton" style="height:620px"></span></div><div class="column"><span class="skeleton" style="height:190px"></span><span class="skeleton" style="height:380px"></span></div></div></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'component-board': ComponentBoard;
  }
}
