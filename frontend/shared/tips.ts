import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';

const WIDTH = 280;

/** Definitions on hover and on keyboard focus: what carries `data-tip` inside the host's shadow root explains itself. */
export class Tips implements ReactiveController {
  private tip: { text: string; box: DOMRect } | null = null;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.shadowRoot?.addEventListener('pointerover', this.on);
    this.host.shadowRoot?.addEventListener('focusin', this.on);
    this.host.shadowRoot?.addEventListener('pointerout', this.off);
    this.host.shadowRoot?.addEventListener('focusout', this.off);
  }

  hostDisconnected(): void {
    this.host.shadowRoot?.removeEventListener('pointerover', this.on);
    this.host.shadowRoot?.removeEventListener('focusin', this.on);
    this.host.shadowRoot?.removeEventListener('pointerout', this.off);
    this.host.shadowRoot?.removeEventListener('focusout', this.off);
  }

  render(): TemplateResult | typeof nothing {
    if (!this.tip) {
      return nothing;
    }
    const { text, box } = this.tip;
    const left = Math.max(8, Math.min(box.left, window.innerWidth - WIDTH - 8));
    const above = box.bottom + 110 > window.innerHeight;
    return html`<div class="tip" role="tooltip" style="left:${left}px;max-width:${WIDTH}px;${above ? `bottom:${window.innerHeight - box.top + 6}px` : `top:${box.bottom + 6}px`}">${text}</div>`;
  }

  private readonly on = (event: Event): void => {
    const target = (event.target as HTMLElement).closest<HTMLElement>('[data-tip]');
    const keyboard = event.type === 'focusin' && target?.matches(':focus-visible');
    if (target?.dataset['tip'] && (event.type === 'pointerover' || keyboard)) {
      this.tip = { text: target.dataset['tip'], box: target.getBoundingClientRect() };
      this.host.requestUpdate();
    }
  };

  private readonly off = (): void => {
    if (this.tip) {
      this.tip = null;
      this.host.requestUpdate();
    }
  };
}

export const tipStyles = css`
  .tip { position: fixed; z-index: 1100; pointer-events: none; border-radius: var(--r); font-size: 12px; background: var(--ink); color: var(--paper); padding: 6px 9px; }
`;
