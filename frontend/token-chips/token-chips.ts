import { LitElement, css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fetchJson, FetchFailed } from '../shared/fetch-result';
import { sharedStyles } from '../shared/styles';
import { showToken } from '../shared/tokens';
import { LONGEST_PREVIEW, fullness, previewUrl, type Preview } from './preview';

const DEBOUNCE_MILLIS = 150;
const MOST_CHIPS = 400;

/**
 * The tokens a model makes of a text, as chips, while it is typed.
 *
 * Properties: `model`, `text`, `bos` (`default`, `always`, `never`), `base` (of the API). Method `follow(field)` takes the text from a
 * field's keystrokes. Event `tokens-change` (detail: `{count, warnings, error}`). Ids show on hover and focus; the chips are one
 * stop of the Tab key, arrow keys move inside.
 */
@customElement('token-chips')
export class TokenChips extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; font: 13px/1.45 var(--sans); font-variant-ligatures: none; color: var(--ink); }
      .chips { display: flex; flex-wrap: wrap; gap: 3px; min-height: 24px; max-height: 180px; overflow-y: auto; padding: 2px; margin: -2px; }
      .tok { position: relative; padding: 2px 5px; border: 0; cursor: default; }
      .tok:nth-child(even) { background: var(--accent-weak); }
      .tok.bos { background: none; box-shadow: inset 0 0 0 1px var(--line-3); color: var(--ink-3); }
      .tok.bos::after { content: 'BOS'; font: 600 9px var(--sans); letter-spacing: 0.04em; margin-left: 5px; color: var(--ink-3); }
      .foot { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; margin-top: 6px; min-height: 21px; }
      .stale { opacity: 0.55; }
    `,
  ];

  @property() model = '';
  @property() text = '';
  @property() bos = 'default';
  @property() base = '/api/v1';

  @state() private preview: Preview | null = null;
  @state() private error = '';
  @state() private stale = false;
  @state() private focused = 0;
  @state() private shown: number | null = null;

  private timer = 0;
  private request?: AbortController;
  private field: HTMLElement | null = null;

  /** Takes the text from a field, at every keystroke, until another one is followed. */
  follow(field: HTMLElement | null): void {
    this.field?.removeEventListener('input', this.readField);
    this.field?.removeEventListener('value-changed', this.readField);
    this.field = field;
    field?.addEventListener('input', this.readField);
    field?.addEventListener('value-changed', this.readField);
    this.readField();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.request?.abort();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && this.stale) {
      this.loadSoon();
    }
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('model') || changed.has('text') || changed.has('bos')) {
      this.loadSoon();
    }
  }

  private loadSoon(): void {
    this.stale = true;
    clearTimeout(this.timer);
    this.request?.abort();
    this.timer = window.setTimeout(() => void this.load(), DEBOUNCE_MILLIS);
  }

  override render() {
    return html`
      ${this.error ? html`<div class="failed" role="alert">${this.error}</div>` : this.chips()}
      <div class="foot ${this.stale ? 'stale' : ''}" aria-live="polite">${this.error ? nothing : this.foot()}</div>
    `;
  }

  private chips() {
    const tokens = this.preview?.tokens ?? [];
    if (tokens.length === 0) {
      return html`<div class="chips muted">${this.model ? 'The tokens appear here while you type.' : 'Choose a model to see its tokens.'}</div>`;
    }
    const more = tokens.length - MOST_CHIPS;
    return html`<div class="chips ${this.stale ? 'stale' : ''}" role="listbox" aria-label="Tokens of the prompt" aria-orientation="horizontal"
      @keydown=${this.onKey} @pointerleave=${() => (this.shown = null)}>
      ${tokens.slice(0, MOST_CHIPS).map((_, i) => this.chip(i))}${more > 0 ? html`<span class="muted">and ${more} more</span>` : nothing}
    </div>`;
  }

  private chip(index: number) {
    const token = this.preview!.tokens[index];
    const bos = index === 0 && this.preview!.bosPrepended;
    return html`<span class="tok ${bos ? 'bos' : ''}" role="option" aria-selected=${this.shown === index} tabindex=${index === this.focused ? 0 : -1}
      aria-label="${bos ? 'beginning of sequence, ' : ''}${showToken(token.text)}, id ${token.id}, position ${index}"
      title="id ${token.id} · position ${index}${bos ? ' · put before the text by the model’s BOS policy' : ''}"
      @focus=${() => ((this.focused = index), (this.shown = index))} @pointerenter=${() => (this.shown = index)}>${showToken(token.text)}</span>`;
  }

  private foot() {
    if (!this.preview) {
      return nothing;
    }
    const { count, limit, warnings, tokens, bosPrepended } = this.preview;
    const token = this.shown === null ? undefined : tokens[this.shown];
    return html`
      ${limit > 0 ? html`<span class="chip ${fullness(count, limit)}">${count.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} tokens</span>
        <span class="quiet">${bosPrepended ? 'BOS included' : 'no BOS'}</span>` : nothing}
      ${token ? html`<span class="mono"><span class="tok">${showToken(token.text)}</span> id ${token.id} · position ${this.shown}</span>` : nothing}
      ${warnings.map((warning) => html`<span class="chip warn" style="white-space:normal">${warning}</span>`)}
    `;
  }

  private readonly readField = (): void => {
    this.text = (this.field as { value?: string } | null)?.value ?? this.text;
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const last = Math.min(MOST_CHIPS, this.preview?.tokens.length ?? 0) - 1;
    const target = { ArrowLeft: this.focused - 1, ArrowRight: this.focused + 1, Home: 0, End: last }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.focused = Math.max(0, Math.min(last, target));
      void this.updateComplete.then(() => this.renderRoot.querySelectorAll<HTMLElement>('[role=option]')[this.focused]?.focus());
    }
  };

  private async load(): Promise<void> {
    if (!this.model || !this.text) {
      this.settle(null, '');
      return;
    }
    if (this.text.length > LONGEST_PREVIEW) {
      this.settle(null, '', [`The text has ${this.text.length.toLocaleString('en-US')} characters: too long for a preview, its tokens are counted when the run starts.`]);
      return;
    }
    const request = (this.request = new AbortController());
    try {
      this.settle(await fetchJson<Preview>(previewUrl(this.base, this.model, this.text, this.bos), request.signal), '');
    } catch (error) {
      if (!request.signal.aborted) {
        this.settle(null, error instanceof FetchFailed ? error.message : 'The token preview could not be read.');
      }
    }
  }

  private settle(preview: Preview | null, error: string, warnings: string[] = []): void {
    this.preview = preview ?? (warnings.length ? { model: this.model, bosPrepended: false, tokens: [], count: 0, limit: 0, warnings } : null);
    this.error = error;
    this.stale = false;
    this.shown = null;
    this.focused = 0;
    const detail = { count: preview?.count ?? 0, warnings: preview?.warnings ?? warnings, error: error || null };
    this.dispatchEvent(new CustomEvent('tokens-change', { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'token-chips': TokenChips;
  }
}
