import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../export-menu/export-menu';
import type { ExportItem, ExportMenu } from '../export-menu/export-menu';
import { copyPicture, copyText, download } from '../shared/browser';
import { fetchJson } from '../shared/fetch-result';
import { count, fixed, plus, share, tiny } from '../shared/format';
import type { Cell } from '../shared/grid-geometry';
import { plain } from '../shared/reading';
import { ResultPage } from '../shared/result-page';
import { ScoreGridResult, type PatchedExample } from '../shared/score-grid-result';
import { sharedStyles } from '../shared/styles';
import { tipStyles } from '../shared/tips';
import { lastWords, showToken } from '../shared/tokens';
import { capital, segment, words } from '../shared/words';
import { legend, legendStyles } from '../value-grid/legend';
import '../value-grid/value-grid';
import type { ValueGrid } from '../value-grid/value-grid';
import type { ValueCells } from '../value-grid/values';
import { cellOf, gridCells, layerOf, strongest } from './cells';
import { finding } from './finding';

const SHOWN_EXAMPLES = 8;

/** The focused cell, as it stands in an address. */
export interface ScoreGridState {
  readonly layer: number;
  readonly column: number;
}

/**
 * The page of a patching sweep: what one patched place at a time does, by layer and by head or position.
 *
 * Properties: `src` (the result as JSON), `csv` (download), `filename`; `layer` and `column` (the focused cell; by default the
 * one that does most). Events: `state-change` (detail: ScoreGridState) after the reader moved; `grid-loaded`.
 * Keyboard: `t` table; in the grid arrows, Home, End, PageUp, PageDown.
 */
@customElement('score-grid')
export class ScoreGrid extends ResultPage<ScoreGridResult, ScoreGridState> {
  static override styles = [
    sharedStyles,
    tipStyles,
    legendStyles,
    css`
      :host { display: block; font: 13px/1.45 var(--sans); color: var(--ink); font-feature-settings: 'tnum', 'cv05'; font-variant-ligatures: none; }
      .page { container-type: inline-size; }
      .said { font-family: var(--mono); font-size: 0.9em; font-weight: 600; white-space: pre; background: var(--line-2); border-radius: 4px; padding: 0 4px; }
      .protocol { gap: 4px 7px; }
      .cards { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 14px; margin-top: 12px; align-items: start; }
      .side { display: grid; gap: 14px; min-width: 0; }
      .card.grid > .b { padding: 6px 12px 12px; }
      .row.claim { align-items: center; flex-wrap: nowrap; }
      .figure { font-size: 26px; line-height: 1.2; font-weight: 620; letter-spacing: -0.02em; white-space: nowrap; }
      .way { position: relative; height: 40px; margin: 14px 30px 2px; border-top: 2px solid var(--line-3); }
      .way b { position: absolute; top: -6px; width: 2px; height: 10px; margin-left: -1px; background: var(--ink-3); }
      .way i { position: absolute; top: -6px; width: 10px; height: 10px; margin-left: -5px; border-radius: 9px; background: var(--accent); box-shadow: 0 0 0 2px var(--surface); }
      .way small { position: absolute; top: 8px; transform: translateX(-50%); text-align: center; font-size: 11px; line-height: 14px; color: var(--ink-3); white-space: nowrap; }
      .tablebox { overflow: auto; max-height: 760px; }
      .tablebox th { position: sticky; top: 0; background: var(--surface); }
      .tablebox td, .tablebox th { padding: 2px 6px; white-space: nowrap; font-size: 11.5px; }
      .hover { position: fixed; z-index: 1100; pointer-events: none; border-radius: var(--r); background: var(--surface); box-shadow: var(--float); padding: 8px 12px; font-size: 12px; }
      @container (max-width: 880px) { .cards { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];

  @property() layer: string | number | null = null;
  @property() column: string | number | null = null;

  @state() private table = false;
  @state() private hover: (Cell & { box: DOMRect }) | null = null;

  private cells!: ValueCells;
  private focused: Cell = { row: 0, column: 0 };

  @query('value-grid') private grid?: ValueGrid;
  @query('export-menu') private menu?: ExportMenu;

  protected override readonly loaded = 'grid-loaded';

  protected override async fetch(src: string, signal: AbortSignal): Promise<ScoreGridResult> {
    return ScoreGridResult.read(await fetchJson<unknown>(src, signal));
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.result && changed.has('result')) {
      this.cells = gridCells(this.result);
    }
    if (this.result && ['result', 'layer', 'column'].some((key) => changed.has(key))) {
      this.focused = cellOf(this.result, this.layer, this.column) ?? strongest(this.result);
    }
  }

  override render() {
    return html`${this.page()} ${this.result && this.hover && !this.table ? this.hoverCard(this.result, this.hover) : nothing} ${this.tips.render()}`;
  }

  protected override content(result: ScoreGridResult): TemplateResult {
    return html`${this.opening(result)}
      <div class="cards">${this.gridCard(result)}<div class="side">${this.cellCard(result)}${examplesCard(result)}</div></div>`;
  }

  private opening(result: ScoreGridResult) {
    return html`<p class="lede">${words(finding(result))}</p>
      <div class="row quiet protocol">${check(result)}
        <span>${result.noising ? 'noising: corrupted activations put into the clean run' : 'denoising: clean activations put into the corrupted run'}</span><span aria-hidden="true">·</span>
        <span>${SITES[result.site]}</span><span aria-hidden="true">·</span><span>${result.byPosition ? `each position by itself${result.examples.length > 1 ? ', tokens of the first pair' : ''}` : result.positions}</span><span aria-hidden="true">·</span>
        <span>${count(result.examples.length, 'pair')} of prompts</span><span aria-hidden="true">·</span>
        <span data-tip="(patched − corrupted) / (clean − corrupted), each the mean logit difference over the pairs.">ratio of means</span></div>`;
  }

  private gridCard(result: ScoreGridResult) {
    const heading = `${capital(SITES[result.site])}, by layer and ${result.site === 'head' ? 'head' : 'position'}`;
    return html`<section class="card grid" aria-label="Patched places">
      <header><h2>${heading}</h2><span class="grow"></span>
        <div class="seg" role="group" aria-label="View">${segment('Grid', !this.table, 'The heat map.', () => (this.table = false))}${segment('Table', this.table, 'The same numbers as a table. Key: t', () => (this.table = true))}</div>
        <export-menu .items=${this.exports()}></export-menu></header>
      <div class="b">${this.table ? this.tableView(result) : html`<value-grid .cells=${this.cells} .focused=${this.focused} .speak=${(cell: Cell) => this.speak(cell)} .cellHeight=${this.cellHeight(result)} .maxHeight=${760} heading=${heading}
        @cell-focus=${(e: CustomEvent<Cell>) => this.focusCell(e.detail)} @cell-hover=${(e: CustomEvent<(Cell & { box: DOMRect }) | null>) => (this.hover = e.detail)}></value-grid>${legend(this.cells)}`}</div></section>`;
  }

  private tableView(result: ScoreGridResult) {
    return html`<div class="tablebox"><table class="plain"><thead><tr><th scope="col">layer</th>${this.cells.columnLabels.map((label) => html`<th scope="col" class="r mono">${label}</th>`)}</tr></thead>
      <tbody>${this.cells.rowLabels.map((label, row) => html`<tr><th scope="row">${label}</th>${result.columns.map((_, column) => html`<td class="r" title=${plus(result.raw(layerOf(result, row), column))}>${fixed(this.cells.value(row, column))}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  private cellCard(result: ScoreGridResult) {
    const { column } = this.focused;
    const layer = layerOf(result, this.focused.row);
    const value = result.value(layer, column);
    return html`<section class="card" aria-label="Selected place" aria-live="polite">
      <header><h2 class="mono">${result.name(layer, column)}</h2><span class="grow"></span><span class="muted">value ${fixed(value)}</span></header>
      <div class="b"><div class="row claim"><span class="figure">${share(result.effect(layer, column))}</span><span class="muted">of the logit difference is ${result.noising ? 'taken away' : 'brought back'} by this patch alone</span></div>
        ${way(result, value, result.raw(layer, column))}</div></section>`;
  }

  private hoverCard(result: ScoreGridResult, { row, column, box }: Cell & { box: DOMRect }) {
    const layer = layerOf(result, row);
    const width = 236;
    const left = box.right + 8 + width < window.innerWidth ? box.right + 8 : box.left - 8 - width;
    return html`<div class="hover" aria-hidden="true" style="left:${Math.max(8, left)}px;top:${Math.max(8, Math.min(box.top - 12, window.innerHeight - 84))}px;width:${width}px">
      <div class="row"><b class="mono">${result.name(layer, column)}</b><span class="grow"></span><b>${fixed(result.value(layer, column), 3)}</b></div>
      <div class="muted">logit difference when patched ${plus(result.raw(layer, column))}; clean ${plus(result.cleanMean)}, corrupted ${plus(result.corruptedMean)}</div></div>`;
  }

  private cellHeight(result: ScoreGridResult): number {
    return Math.max(18, Math.min(34, Math.floor(600 / result.layers)));
  }

  private speak(cell: Cell): string {
    const result = this.result!;
    const layer = layerOf(result, cell.row);
    return `${result.name(layer, cell.column)}: ${fixed(result.value(layer, cell.column))}, logit difference when patched ${plus(result.raw(layer, cell.column))}`;
  }

  private focusCell(cell: Cell): void {
    this.change({ layer: layerOf(this.result!, cell.row), column: cell.column });
  }

  protected override current(): ScoreGridState {
    return { layer: layerOf(this.result!, this.focused.row), column: this.focused.column };
  }

  protected override onPageKey(event: KeyboardEvent): boolean {
    if (event.key === 't') {
      this.table = !this.table;
      return true;
    }
    return event.key === 'Escape' && !!this.menu?.close();
  }

  private exports(): (ExportItem | null)[] {
    return [
      { label: 'Copy link to this place', run: async () => (await copyText(linkTo(window.location.href, this.current())), 'Link copied') },
      { label: 'Copy picture', hint: 'PNG', run: () => copyPicture(() => this.picture(), `${this.filename}.png`) },
      null,
      { label: 'Download picture', hint: 'PNG', run: async () => download(await this.picture(), `${this.filename}.png`) },
      ...(this.csv ? [{ label: 'Download table', hint: 'CSV', href: this.csv, download: `${this.filename}.csv` }] : []),
      { label: 'Download result', hint: 'JSON', href: this.src, download: `${this.filename}.json` },
    ];
  }

  protected override skeleton(): TemplateResult {
    return html`<div role="status" aria-label="Loading the result"><span class="skeleton" style="width:min(620px,90%);height:20px;margin:8px 0"></span><span class="skeleton" style="width:300px;height:14px"></span>
      <div class="cards"><span class="skeleton" style="height:560px"></span><span class="skeleton" style="height:200px"></span></div></div>`;
  }

  private async picture(): Promise<Blob> {
    if (this.table) {
      this.table = false;
      await this.updateComplete;
    }
    await this.grid!.updateComplete;
    return this.grid!.picture(plain(finding(this.result!)));
  }
}

const SITES = { resid_pre: 'the residual stream entering each layer', attn_out: 'what attention writes', mlp_out: 'what the MLP writes', head: 'what each head writes' } as const;

function linkTo(href: string, state: ScoreGridState): string {
  const url = new URL(href);
  url.searchParams.set('layer', String(state.layer));
  url.searchParams.set('column', String(state.column));
  return url.toString();
}

/** Green only for a check that ran and passed. */
function check(result: ScoreGridResult) {
  const ran = result.check;
  if (!ran) {
    return html`<span class="chip" tabindex="0" data-tip="This result carries no self-check.">not checked</span>`;
  }
  const good = ran.selfPatchChange <= ran.tolerance;
  return html`<span class="chip ${good ? 'good' : 'bad'}" tabindex="0" data-tip="A run patched with its own activations must not change: largest change ${ran.selfPatchChange.toPrecision(2)}, allowed ${tiny(ran.tolerance)}. Checked in this run.">
    <span class="dot"></span>${good ? 'patching with itself changes nothing' : 'patching with itself changes the run'} · ${tiny(ran.selfPatchChange)}</span>`;
}

/** From corrupted to clean on one line, and where the patch comes to stand. */
function way(result: ScoreGridResult, value: number, raw: number) {
  const [low, high] = [Math.min(0, value), Math.max(1, value)];
  const at = (v: number) => `${(100 * (v - low)) / (high - low)}%`;
  return html`<div class="way" role="img" aria-label="corrupted ${plus(result.corruptedMean)}, patched ${plus(raw)}, clean ${plus(result.cleanMean)}">
      <b style="left:${at(0)}"></b><small style="left:${at(0)}">corrupted<br />${plus(result.corruptedMean)}</small>
      <b style="left:${at(1)}"></b><small style="left:${at(1)}">clean<br />${plus(result.cleanMean)}</small><i style="left:${at(value)}"></i></div>
    <div class="quiet">mean logit difference of the patched runs: <b>${plus(raw)}</b></div>`;
}

function examplesCard(result: ScoreGridResult) {
  const shown = result.examples.slice(0, SHOWN_EXAMPLES);
  const line = (e: PatchedExample) => html`<tr><td title=${e.prompt}>${lastWords(e.prompt)} <span class="tok">${showToken(e.answer)}</span> <span class="muted">not</span> <span class="tok">${showToken(e.foil)}</span><div class="muted">corrupted: ${lastWords(e.corrupted)}</div></td>
    <td class="r">${plus(e.cleanLogitDiff)}<div class="muted">${plus(e.corruptedLogitDiff)}</div></td></tr>`;
  return html`<section class="card" aria-label="Prompts"><header><h2>Prompts</h2><span class="grow"></span><span class="muted">logit difference, clean and corrupted</span></header>
    <table class="plain"><tbody>${shown.map(line)}</tbody></table>
    ${result.examples.length > shown.length ? html`<div class="b quiet">and ${result.examples.length - shown.length} more; all are in the JSON</div>` : nothing}</section>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'score-grid': ScoreGrid;
  }
}
