// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import './token-chips';
import type { TokenChips } from './token-chips';

const preview = (text: string) => ({
  model: 'demo', bosPrepended: true, count: 2, limit: 64, warnings: text.endsWith(' ') ? ['It ends with a space.'] : [],
  tokens: [{ id: 0, text: '<bos>', start: 0, end: 0 }, { id: 9, text, start: 0, end: text.length }],
});

describe('token chips', () => {
  let chips: TokenChips;
  let asked: string[];
  let details: unknown[];

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    details = [];
    vi.stubGlobal('fetch', async (url: string, { signal }: RequestInit) => {
      const text = new URL(url, 'http://h').searchParams.get('text')!;
      asked.push(text);
      await new Promise((resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason));
        setTimeout(resolve, 100);
      });
      return text === 'boom' ? new Response('{"detail":"Too long. Shorten it."}', { status: 422 }) : new Response(JSON.stringify(preview(text)));
    });
    chips = document.createElement('token-chips');
    chips.model = 'demo';
    chips.addEventListener('tokens-change', (event) => details.push((event as CustomEvent).detail));
    document.body.append(chips);
  });

  afterEach(() => {
    chips.remove();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const type = async (text: string, millis: number) => {
    chips.text = text;
    await chips.updateComplete;
    await vi.advanceTimersByTimeAsync(millis);
  };

  it('ask once the typing rests', async () => {
    await type('a', 50);
    await type('ab', 50);
    await type('abc', 400);
    expect(asked).toEqual(['abc']);
  });

  it('drop an answer that is no longer asked for', async () => {
    await type('first', 200);
    await type('second', 400);
    expect(asked).toEqual(['first', 'second']);
    expect(details).toHaveLength(1);
    expect(chips.shadowRoot!.textContent).toContain('second');
    expect(chips.shadowRoot!.textContent).not.toContain('first');
  });

  it('mark BOS, show ids and the count, and tell the form', async () => {
    await type(' Paris ', 400);
    await chips.updateComplete;
    const [bos, token] = chips.shadowRoot!.querySelectorAll('[role=option]');
    expect(bos.classList.contains('bos')).toBe(true);
    expect(token.textContent).toBe('·Paris·');
    expect(token.getAttribute('aria-label')).toContain('id 9, position 1');
    expect(chips.shadowRoot!.textContent).toContain('2 of 64 tokens');
    expect(chips.shadowRoot!.textContent).toContain('It ends with a space.');
    expect(details.at(-1)).toEqual({ count: 2, warnings: ['It ends with a space.'], error: null });
  });

  it("show the server's sentence when it refuses", async () => {
    await type('boom', 400);
    await chips.updateComplete;
    expect(chips.shadowRoot!.querySelector('[role=alert]')!.textContent).toBe('Too long. Shorten it.');
    expect(details.at(-1)).toEqual({ count: 0, warnings: [], error: 'Too long. Shorten it.' });
  });

  it('follow a field as it is typed in', async () => {
    const field = document.createElement('textarea');
    chips.follow(field);
    field.value = 'typed';
    field.dispatchEvent(new Event('input'));
    await chips.updateComplete;
    await vi.advanceTimersByTimeAsync(400);
    expect(asked).toEqual(['typed']);
  });
});
