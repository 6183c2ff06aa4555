import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchBuffer, fetchJson } from './fetch-result';

const answer = (body: string, init: ResponseInit) => vi.stubGlobal('fetch', async () => new Response(body, init));
afterEach(() => vi.unstubAllGlobals());

describe('a failed fetch', () => {
  it("says the server's own sentence", async () => {
    answer(JSON.stringify({ title: 'Unprocessable', detail: 'Prompt has 1311 tokens; demo reads at most 1024. Shorten it.' }), { status: 422 });
    await expect(fetchJson('/x')).rejects.toMatchObject({ status: 422, message: 'Prompt has 1311 tokens; demo reads at most 1024. Shorten it.' });
  });
  it('says something useful where the body is not a problem', async () => {
    answer('<html>', { status: 404 });
    await expect(fetchBuffer('/x')).rejects.toThrow(/not a member/);
    answer('<html>', { status: 502 });
    await expect(fetchBuffer('/x')).rejects.toThrow(/502/);
  });
  it('tells that nobody answered', async () => {
    vi.stubGlobal('fetch', async () => { throw new TypeError('failed'); });
    await expect(fetchBuffer('/x')).rejects.toMatchObject({ status: 0, message: expect.stringContaining('does not answer') });
  });
  it('stays an abort when it was one', async () => {
    vi.stubGlobal('fetch', async (_: string, { signal }: RequestInit) => { throw signal!.reason; });
    const controller = new AbortController();
    controller.abort();
    await expect(fetchBuffer('/x', controller.signal)).rejects.toHaveProperty('name', 'AbortError');
  });
});
