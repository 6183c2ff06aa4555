/** The server's token preview (`GET /api/v1/models/{name}/tokens`). */
export interface Preview {
  readonly model: string;
  readonly bosPrepended: boolean;
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly start: number; readonly end: number }[];
  readonly count: number;
  readonly limit: number;
  readonly warnings: readonly string[];
}

export function previewUrl(base: string, model: string, text: string, bos: string): string {
  const query = new URLSearchParams({ text, bos });
  return `${base}/models/${encodeURIComponent(model)}/tokens?${query}`;
}

/** Address bars and servers bound the length of a request line; longer texts are counted when the run is submitted. */
export const LONGEST_PREVIEW = 6000;

/** How full the context window is: '', 'warn' from nine tenths, 'bad' beyond the limit. */
export function fullness(count: number, limit: number): '' | 'warn' | 'bad' {
  return count > limit ? 'bad' : count > 0.9 * limit ? 'warn' : '';
}
