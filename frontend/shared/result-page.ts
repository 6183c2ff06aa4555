import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { isPageKey } from './browser';
import { sentence } from './fetch-result';
import { Tips } from './tips';

const STATE_DELAY_MILLIS = 120;

/**
 * What the pages of results share: the result is fetched by its address, a failure says the server's sentence and offers another
 * try, and what the reader changes is told once, a moment later, so that the page's address can follow.
 *
 * `R` is the result, `S` the state that belongs in an address. Properties: `src`, `csv` (download), `filename` (of downloads, without
 * ending). Events: `state-change` (detail: S), and the implementation's own event once the result is there.
 */
export abstract class ResultPage<R, S> extends LitElement {
  @property() src = '';
  @property() csv = '';
  @property() filename = 'result';

  @state() protected result: R | null = null;
  @state() private error = '';

  protected readonly tips = new Tips(this);
  private request?: AbortController;
  private stateTimer = 0;

  protected abstract readonly loaded: string;
  protected abstract fetch(src: string, signal: AbortSignal): Promise<R>;
  protected abstract content(result: R): TemplateResult;
  protected abstract skeleton(): TemplateResult;
  /** The state as the address should have it; asked only while there is a result. */
  protected abstract current(): S;
  /** A key of the page itself; true when it meant something. */
  protected abstract onPageKey(event: KeyboardEvent): boolean;

  override connectedCallback(): void {
    super.connectedCallback();
    // before the frame's own listener: here `?` also explains the page
    document.addEventListener('keydown', this.onDocumentKey, true);
    if (this.hasUpdated && this.src && !this.result) {
      // moved to another place of the page while it was loading
      void this.load();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.onDocumentKey, true);
    this.request?.abort();
    clearTimeout(this.stateTimer);
  }

  /** Fetches the result again, after a failure. */
  async load(): Promise<void> {
    this.request?.abort();
    this.result = null;
    this.error = '';
    if (!this.src) {
      return;
    }
    const request = (this.request = new AbortController());
    try {
      this.result = await this.fetch(this.src, request.signal);
      await this.updateComplete;
      this.dispatchEvent(new CustomEvent(this.loaded));
    } catch (error) {
      if (!request.signal.aborted) {
        this.error = sentence(error);
      }
    }
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('src')) {
      void this.load();
    }
  }

  /** The page, or why there is none. */
  protected page(): TemplateResult {
    return html`<div class="page">${this.error ? this.failure() : this.result ? this.content(this.result) : this.skeleton()}</div>`;
  }

  private failure(): TemplateResult {
    return html`<div class="card" style="margin-top:12px"><div class="empty" role="alert"><h2>The result could not be shown</h2><p>${this.error}</p>
      <button class="btn primary" @click=${() => void this.load()}>Try again</button></div></div>`;
  }

  /** Changes properties of the state, and tells it a moment later. */
  protected change(change: object): void {
    Object.assign(this, change);
    clearTimeout(this.stateTimer);
    this.stateTimer = window.setTimeout(() => void this.announce(), STATE_DELAY_MILLIS);
  }

  private async announce(): Promise<void> {
    await this.updateComplete;
    if (this.result) {
      this.dispatchEvent(new CustomEvent<S>('state-change', { detail: this.current(), bubbles: true, composed: true }));
    }
  }

  private readonly onDocumentKey = (event: KeyboardEvent): void => {
    if (this.result && isPageKey(event) && this.onPageKey(event)) {
      event.preventDefault();
    }
  };
}
