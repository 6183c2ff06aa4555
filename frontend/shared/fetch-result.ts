/** The only place where an element talks to the server. Failures carry the server's own sentence (problem+json `detail`). */

export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';
  constructor(
    message: string,
    /** HTTP status, or 0 when the server didn't answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** A result that isn't what its kind should be; the message says what is wrong, without a full stop. */
export class MalformedResult extends Error {
  override readonly name: string = 'MalformedResult';
}

/** What a failure says to a reader, as one sentence. */
export function sentence(error: unknown): string {
  if (error instanceof MalformedResult) {
    return `The result can’t be read: ${error.message}.`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The body of `url`, or a `FetchFailed` a reader can act on. An abort rejects with the signal's own AbortError. */
export async function fetchResult(url: string, accept: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { Accept: accept }, credentials: 'same-origin', signal });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new FetchFailed('The server does not answer. Check the connection and try again.', 0);
  }
  if (!response.ok) {
    throw new FetchFailed(await sentenceOf(response), response.status);
  }
  // A session that ended answers with the sign-in page instead of the result.
  if (response.redirected && response.headers.get('Content-Type')?.startsWith('text/html')) {
    throw new FetchFailed('You are signed out. Sign in again to read this result.', 401);
  }
  return response;
}

export async function fetchBuffer(url: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await fetchResult(url, 'application/octet-stream, application/problem+json', signal)).arrayBuffer();
}

export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await fetchResult(url, 'application/json, application/problem+json', signal)).json() as Promise<T>;
}

export async function fetchText(url: string, signal?: AbortSignal): Promise<string> {
  return (await fetchResult(url, '*/*', signal)).text();
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: unknown; title?: unknown };
    const sentence = problem.detail || problem.title;
    if (typeof sentence === 'string') {
      return sentence;
    }
  } catch {
    // not JSON: a proxy or a crash answered; its page is no help to a reader
  }
  return DEFAULTS[response.status] ?? `The server answered with an error (${response.status}).`;
}

const DEFAULTS: Record<number, string> = {
  401: 'You are signed out. Sign in again to read this.',
  403: 'You may not read this.',
  404: 'There is nothing here, or you are not a member of its workspace.',
};
