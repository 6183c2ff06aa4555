import { html, type TemplateResult } from 'lit';
import type { Piece } from './reading';
import { showToken } from './tokens';

/** A sentence on the page: figures bold, tokens as tokens. */
export function words(pieces: readonly Piece[]) {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : 'token' in piece ? html`<b class="said">${showToken(piece.token)}</b>` : html`<b>${piece.figure}</b>`));
}

/** One button of a segmented switch. */
export function segment(label: unknown, on: boolean, tip: string, act: () => void): TemplateResult {
  return html`<button class=${on ? 'on' : ''} aria-pressed=${on} data-tip=${tip} @click=${act}>${label}</button>`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
