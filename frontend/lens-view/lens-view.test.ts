// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lensFile, syntheticNumbers } from '../harness/lens-fixture';
import './lens-view';
import type { LensView } from './lens-view';
import type { LensState } from './state';

describe('the lens view', () => {
  let view: LensView;
  let states: LensState[];

  beforeEach(() => {
    states = [];
    view = document.createElement('lens-view');
    view.addEventListener('state-change', (event) => states.push((event as CustomEvent<LensState>).detail));
  });

  afterEach(() => {
    view.remove();
    vi.unstubAllGlobals();
  });

  async function show(properties: Partial<LensView> = {}, response = () => new Response(lensFile(syntheticNumbers(6, 5, { sublayers: true })))) {
    vi.stubGlobal('fetch', async () => response());
    Object.assign(view, { src: '/r', ...properties });
    document.body.append(view);
    await vi.waitFor(() => expect(view.shadowRoot!.querySelector('.lens aside, [role=alert]')).not.toBeNull());
    await view.updateComplete;
  }

  const text = (selector: string) => view.shadowRoot!.querySelector(selector)!.textContent!.replace(/\s+/g, ' ').trim();
  const grid = () => view.shadowRoot!.querySelector('heat-grid')!;
  const stateAfter = (count: number) => vi.waitFor(() => expect(states).toHaveLength(count));

  it('opens at the last position of the final layer, coloured by the final token', async () => {
    await show();
    expect(text('[aria-label="Selected cell"] h2')).toBe('Final layer 6 · position 4');
    expect(text('[aria-label="Colour"] .on')).toBe('Final token');
    expect(text('.lede')).toMatch(/^After “.*” the model says .* with \d/);
    expect(text('.protocol .chip')).toBe('equals the model · 3e-5');
  });

  it('restores an address exactly, whether its parts are text or numbers', async () => {
    await show({ layer: '2.5', position: 1, metric: 'tracked:8:logProb', compare: '4:3', sublayers: true, search: 'Paris', pins: '1' });
    expect(grid().selected).toEqual({ row: 5, position: 1 });
    expect(grid().compared).toEqual({ row: 8, position: 3 });
    expect(grid().metric!.key).toBe('tracked:8:logProb');
    expect(grid().rows).toHaveLength(13);
    expect(grid().marked.size).toBeGreaterThan(0);
    expect(states).toEqual([]);
  });

  it('tells every change that belongs in the address, once', async () => {
    await show();
    grid().dispatchEvent(new CustomEvent('cell-select', { detail: { row: 4, position: 2 } }));
    grid().dispatchEvent(new CustomEvent('cell-compare', { detail: { row: 6, position: 2 } }));
    await stateAfter(1);
    expect(states[0]).toEqual({ layer: 2, position: 2, metric: 'final', compare: '3:2', sublayers: false, search: '', pins: [] });
    expect(text('[aria-label="Comparison of two cells"] h2')).toBe('Two cells');
  });

  it('falls to the whole layer when its half layer is hidden', async () => {
    await show({ layer: 2.5, position: 1, sublayers: false });
    expect(grid().selected).toEqual({ row: 4, position: 1 });
  });

  it('pins a token from the inspector and takes it off again', async () => {
    await show({ layer: 1 });
    const free = () => [...view.shadowRoot!.querySelectorAll<HTMLButtonElement>('.pin:not([disabled])')][0];
    free().click();
    await stateAfter(1);
    expect(states[0].pins).toHaveLength(1);
    expect(free().getAttribute('aria-pressed')).toBe('true');
    free().click();
    await stateAfter(2);
    expect(states[1].pins).toEqual([]);
  });

  it('answers keys, but not while a field is typed in', async () => {
    await show();
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 't', bubbles: true }));
    await view.updateComplete;
    expect(view.shadowRoot!.querySelectorAll('.tablebox tbody tr')).toHaveLength(7);
    view.shadowRoot!.querySelector('#search')!.dispatchEvent(new KeyboardEvent('keydown', { key: 't', bubbles: true, composed: true }));
    await view.updateComplete;
    expect(view.shadowRoot!.querySelector('.tablebox')).not.toBeNull();
  });

  it('still arrives when it is moved on the page while loading', async () => {
    let aborted = 0;
    vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => new Promise((resolve, reject) => {
      signal!.addEventListener('abort', () => (aborted++, reject(signal!.reason)));
      setTimeout(() => resolve(new Response(lensFile(syntheticNumbers(3, 2)))), 20);
    }));
    view.src = '/r';
    document.body.append(view);
    await view.updateComplete;
    const elsewhere = document.createElement('main');
    document.body.append(elsewhere);
    elsewhere.append(view);
    await vi.waitFor(() => expect(view.shadowRoot!.querySelector('heat-grid')).not.toBeNull());
    expect(aborted).toBe(1);
  });

  it("shows the server's sentence and tries again", async () => {
    let broken = true;
    await show({}, () => (broken ? new Response('{"detail":"The worker lost its device."}', { status: 503 }) : new Response(lensFile(syntheticNumbers(3, 2)))));
    expect(text('[role=alert] p')).toBe('The worker lost its device.');
    broken = false;
    view.shadowRoot!.querySelector<HTMLButtonElement>('[role=alert] button')!.click();
    await vi.waitFor(() => expect(view.shadowRoot!.querySelector('heat-grid')).not.toBeNull());
  });

  it('refuses a result it cannot trust', async () => {
    await show({}, () => new Response(lensFile(syntheticNumbers(6, 5)).slice(0, 900)));
    expect(text('[role=alert] p')).toMatch(/can’t be read: the header claims/);
  });

  it('is green only for a check that ran and passed', async () => {
    await show({}, () => new Response(lensFile({ ...syntheticNumbers(3, 2), selfCheck: { maxAbsLogitDiff: 0.02, tolerance: 1e-4 } })));
    const chip = view.shadowRoot!.querySelector('.protocol .chip')!;
    expect(chip.classList.contains('bad')).toBe(true);
    expect(chip.textContent).toContain('differs from the model · 2e-2');
  });

  it('says how near rounded numbers are', async () => {
    const deviation = { position: 1, logProbNats: 0.031, entropyNats: 0.02, klNats: 0.004, otherTop: 2 };
    await show({}, () => new Response(lensFile({ ...syntheticNumbers(3, 2), deviation, selfCheck: { maxAbsLogitDiff: 0.05, tolerance: 0.4 } })));
    const chip = view.shadowRoot!.querySelector<HTMLElement>('.protocol .chip')!;
    expect(chip.classList.contains('warn')).toBe(true);
    expect(chip.textContent).toContain('bf16 products · log-probs ± 3e-2');
    expect(chip.dataset['tip']).toMatch(/ 2 of \d rows have another token on top/);
  });
});
