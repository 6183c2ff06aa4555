import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { sentence } from '../shared/fetch-result';
import { sharedStyles } from '../shared/styles';

/** One line of the menu: a thing to do, or an address to download. What `run` answers is said on the button for a moment. */
export interface ExportItem {
  readonly label: string;
  readonly hint?: string;
  readonly run?: () => Promise<string | void> | string | void;
  readonly href?: string;
  readonly download?: string;
}

/**
 * The menu with which something leaves a page.
 *
 * Properties: `items`, `null` draws a line between two groups. Methods: `say(text)` writes on the button for a moment, `close()`
 * closes the menu and returns whether it was open. Keyboard: arrows, Home, End, Esc.
 */
@customElement('export-menu')
export class ExportMenu extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: inline-block; position: relative; }
      .menu { right: 0; top: calc(100% + 4px); width: 232px; }
      .menu.left { right: auto; left: 0; }
    `,
  ];

  @property({ attribute: false }) items: readonly (ExportItem | null)[] = [];

  @state() private open = false;
  @state() private said = '';
  private onLeft = false;
  private timer = 0;

  @query('#export') private button!: HTMLElement;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.onOutside);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.onOutside);
    clearTimeout(this.timer);
  }

  override render() {
    return html`<span @keydown=${this.onKey}>
      <button class="btn" id="export" aria-haspopup="menu" aria-expanded=${this.open} @click=${this.toggle}>${this.said || 'Export'} <span class="muted" aria-hidden="true">▾</span></button>
      <span class="sr" role="status">${this.said}</span>
      ${this.open ? html`<div class="menu ${this.onLeft ? 'left' : ''}" role="menu" aria-labelledby="export">${this.items.map((item) => this.line(item))}</div>` : nothing}
    </span>`;
  }

  private line(item: ExportItem | null) {
    if (!item) {
      return html`<hr />`;
    }
    const words = html`${item.label}<span class="muted">${item.hint ?? ''}</span>`;
    return item.href
      ? html`<a role="menuitem" href=${item.href} download=${item.download ?? ''} @click=${() => (this.open = false)}>${words}</a>`
      : html`<button role="menuitem" @click=${() => void this.run(item)}>${words}</button>`;
  }

  say(text: string): void {
    this.said = text;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.said = ''), 2500);
  }

  close(): boolean {
    const was = this.open;
    this.open = false;
    if (was) {
      this.button.focus();
    }
    return was;
  }

  private async run(item: ExportItem): Promise<void> {
    this.open = false;
    try {
      const said = await item.run?.();
      if (said) {
        this.say(said);
      }
    } catch (error) {
      this.say(sentence(error));
    }
  }

  private readonly toggle = async (): Promise<void> => {
    this.open = !this.open;
    this.onLeft = this.button.getBoundingClientRect().right < 260;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.close()) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (items.length > 0 && target !== undefined) {
      event.preventDefault();
      items[target % items.length].focus();
    }
  };

  private readonly onOutside = (event: Event): void => {
    if (this.open && !event.composedPath().includes(this)) {
      this.open = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'export-menu': ExportMenu;
  }
}
