// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { syntheticScores } from '../harness/board-fixture';
import './component-board';
import type { ComponentBoard } from './component-board';
import type { BoardState } from './state';

describe('the component board', () => {
  let board: ComponentBoard;
  let states: BoardState[];

  beforeEach(() => {
    states = [];
    board = document.createElement('component-board');
    board.addEventListener('state-change', (event) => states.push((event as CustomEvent<BoardState>).detail));
  });

  afterEach(() => {
    board.remove();
    vi.unstubAllGlobals();
  });

  async function show(properties: Partial<ComponentBoard> = {}, response = () => new Response(JSON.stringify(syntheticScores(6, 8)))) {
    vi.stubGlobal('fetch', async () => response());
    Object.assign(board, { src: '/r', ...properties });
    document.body.append(board);
    await vi.waitFor(() => expect(board.shadowRoot!.querySelector('value-grid, [role=alert]')).not.toBeNull());
    await board.updateComplete;
  }

  const find = <T extends HTMLElement>(selector: string) => board.shadowRoot!.querySelector<T>(selector)!;
  const text = (selector: string) => find(selector).textContent!.replace(/\s+/g, ' ').trim();
  const grid = () => find('value-grid') as HTMLElementTagNameMap['value-grid'];
  const tell = async (name: string, detail: unknown) => (grid().dispatchEvent(new CustomEvent(name, { detail })), board.updateComplete);
  const lastState = () => vi.waitFor(() => (expect(states.length).toBeGreaterThan(0), states.at(-1)!));

  it('opens with the finding, a closed ledger and nothing selected', async () => {
    await show();
    expect(text('.lede')).toMatch(/^Over 16 prompts the answer leads its foil by/);
    expect(text('.protocol .chip.good')).toBe('ledger closes · 4e-6');
    expect(find<HTMLButtonElement>('#make-hypothesis').disabled).toBe(true);
    expect(text('.ledger h2')).toContain('64 lines');
  });

  it('is not green where the ledger does not close', async () => {
    await show({}, () => new Response(JSON.stringify(syntheticScores(2, 2, 4, { residual: 0.5 }))));
    expect(text('.protocol .chip.bad')).toBe('ledger does not close · 5e-1');
  });

  it('answers a selection at once and names the next step', async () => {
    await show();
    await tell('cell-toggle', { row: 0, column: 1 });
    await tell('cell-range', { from: { row: 1, column: 0 }, to: { row: 1, column: 1 } });
    expect(text('.selection h2')).toBe('Your selection: 3 heads');
    expect(text('.figure')).toMatch(/%$/);
    expect(text('#make-hypothesis')).toBe('Make hypothesis from 3 selected');
    expect((await lastState()).selected).toEqual(['L4H0', 'L4H1', 'L5H1']);
    const wanted: unknown[] = [];
    board.addEventListener('make-hypothesis', (event) => wanted.push((event as CustomEvent).detail));
    find('#make-hypothesis').click();
    expect(wanted).toEqual([['L4H0', 'L4H1', 'L5H1']]);
  });

  it('takes a second toggle, and a second whole row, out again', async () => {
    await show({ selected: 'L5H0' });
    await tell('cell-toggle', { row: 0, column: 0 });
    expect(text('.selection h2')).toBe('Your selection');
    await tell('row-toggle', { row: 0, column: 3 });
    expect(text('.selection h2')).toBe('Your selection: 8 heads and 1 MLP');
    await tell('row-toggle', { row: 0, column: 3 });
    expect(text('.selection h2')).toBe('Your selection');
  });

  it('selects what is typed, and says what is no component', async () => {
    await show();
    const typed = find<HTMLInputElement>('#typed');
    typed.value = 'l5h1 MLP0 L99H0';
    typed.dispatchEvent(new Event('input'));
    await board.updateComplete;
    expect(text('#typed-answer')).toBe('Enter selects 1 head and 1 MLP; L99H0 is no component of this model');
    typed.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));
    await board.updateComplete;
    expect(await lastState()).toMatchObject({ selected: ['MLP0', 'L5H1'], at: 'MLP0' });
    expect(typed.value).toBe('L99H0');
  });

  it('restores an address, and falls back where it names nothing', async () => {
    await show({ statistic: 'example', example: '2', selected: 'L5H1,L99H9', at: 'L5H1', view: 'waterfall' });
    expect(text('[aria-label=Statistic] .on')).toBe('One prompt');
    expect(text('.lede')).toMatch(/^On prompt 3/);
    expect(text('.component h2')).toContain('L5H1');
    expect(find('.falls')).not.toBeNull();
    expect(grid().focused).toEqual({ row: 0, column: 1 });
    expect(states).toEqual([]);
  });

  it('shows one prompt on a click and goes back', async () => {
    await show();
    find('.prompts tbody tr:nth-child(2)').click();
    await board.updateComplete;
    expect(await lastState()).toMatchObject({ statistic: 'example', example: 1 });
    find('.prompts header .link').click();
    await board.updateComplete;
    expect(text('[aria-label=Statistic] .on')).toBe('Mean');
  });

  it('answers keys, but not while a field is typed in', async () => {
    await show({ selected: 'L5H1' });
    const press = (key: string, target: EventTarget = document) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    press('m');
    await board.updateComplete;
    expect(text('[aria-label=Statistic] .on')).toBe('Share helping');
    press('t', find('#typed'));
    await board.updateComplete;
    expect(find('.tablebox')).toBeNull();
    press('t');
    await board.updateComplete;
    expect(board.shadowRoot!.querySelectorAll('.tablebox tbody button')).toHaveLength(54);
    press('Escape');
    await board.updateComplete;
    expect(text('.selection h2')).toBe('Your selection');
  });

  it('offers neither spread nor a choice of prompts where there is one', async () => {
    await show({ statistic: 'spread' }, () => new Response(JSON.stringify(syntheticScores(2, 2, 1))));
    expect(find('[aria-label=Statistic]')).toBeNull();
    expect(text('.lede')).toMatch(/^On this prompt/);
  });

  it('takes what it cannot show for the mean', async () => {
    await show({ statistic: '<x>', example: '99', view: 'effects' });
    expect(text('[aria-label=Statistic] .on')).toBe('Mean');
    expect(find('.ledger table.plain')).not.toBeNull();
  });

  describe('beside measured effects', () => {
    const measured = [{ run: '12', label: 'Heads · head patching, denoising', src: '/effects', href: 'runs/12' }];
    const sweep = {
      kind: 'patching', site: 'head', direction: 'denoising', positions: 'all', cleanMean: 2, corruptedMean: -1, layers: 6,
      columns: Array.from({ length: 8 }, (_, head) => `H${head}`), examples: [],
      values: Array.from({ length: 6 }, () => Array(8).fill(0.1)), raw: Array.from({ length: 6 }, (_, layer) => Array(8).fill(layer === 5 ? 1.5 : -1)),
    };
    const withEffects = async (properties: Partial<ComponentBoard>) => {
      vi.stubGlobal('fetch', async (address: string) => new Response(JSON.stringify(address === '/effects' ? sweep : syntheticScores(6, 8))));
      Object.assign(board, { src: '/r', measured, ...properties });
      document.body.append(board);
      await vi.waitFor(() => expect(board.shadowRoot!.querySelector('value-grid')).not.toBeNull());
    };

    it('offers the runs that measured, and shows the one that is chosen', async () => {
      await withEffects({});
      expect(board.shadowRoot!.querySelector('.compared')).toBeNull();
      const choice = find<HTMLSelectElement>('.compare');
      expect([...choice.options].map((option) => option.textContent!.trim())).toEqual(['Compare with effects …', 'Heads · head patching, denoising']);
      choice.value = '12';
      choice.dispatchEvent(new Event('change'));
      await vi.waitFor(() => expect(board.shadowRoot!.querySelector('.compared')).not.toBeNull());
      expect(text('.compared')).toContain('votes: direct');
      expect(text('.compared')).toContain('causal and total, logit difference brought back when patched');
      expect(find('.compared a').getAttribute('href')).toBe('runs/12');
      expect(text('.gap')).toMatch(/votes .* and does/);
      expect(await lastState()).toMatchObject({ effects: '12', view: 'effects' });
    });

    it('follows an address to the effects on the board and in the ledger', async () => {
      await withEffects({ effects: '12', statistic: 'effect' });
      await vi.waitFor(() => expect(text('[aria-label=Statistic] .on')).toBe('Effects'));
      expect(grid().cells!.value(0, 3)).toBe(2.5);
      expect(grid().cells!.value(0, 8)).toBeNaN();
      expect(text('.legend')).toContain('causal effects, not votes');
      expect(text('.ledger thead')).toContain('effect');
    });

    it('says when the run of an address is not to be had', async () => {
      await withEffects({ effects: '99', statistic: 'effect' });
      await vi.waitFor(() => expect(text('#typed-answer')).toMatch(/is gone, or is about other prompts/));
      expect(text('[aria-label=Statistic] .on')).toBe('Mean');
    });

    it('leads to where effects are measured when there are none', async () => {
      await withEffects({ measured: [], measure: 'analyses/new?kind=patching&from=3', view: 'effects' });
      expect(text('.ledger h3')).toBe('No effects were measured on these prompts yet');
      expect(find('.ledger .btn').getAttribute('href')).toBe('analyses/new?kind=patching&from=3');
    });
  });

  it('says logit, not difference, where there is no foil', async () => {
    await show({ selected: 'L1H1' }, () => new Response(JSON.stringify(syntheticScores(2, 2, 4, { logit: true }))));
    expect(text('.lede')).toMatch(/the answer’s logit is/);
    expect(text('.protocol')).toContain('votes on logit(answer) at');
    expect(text('.claim')).toContain('of the logit is accounted for');
  });

  it("shows the server's sentence and refuses what is no attribution", async () => {
    await show({}, () => new Response('{"detail":"The result was deleted."}', { status: 404 }));
    expect(text('[role=alert] p')).toBe('The result was deleted.');
    vi.stubGlobal('fetch', async () => new Response('{"kind":"lens"}'));
    await board.load();
    await board.updateComplete;
    expect(text('[role=alert] p')).toMatch(/can’t be read: an attribution was expected/);
  });
});
