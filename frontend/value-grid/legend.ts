import { css, html, type TemplateResult } from 'lit';
import { tickPlace, type ValueCells } from './values';

/** The scale under a grid of values: its hues, ticks and what they mean. */
export function legend(cells: ValueCells): TemplateResult {
  return html`<div class="legend"><span class="scale ${cells.hues}" aria-hidden="true"><i></i>${cells.ticks.map(({ value, label }) => html`<b style="left:${(100 * tickPlace(cells, value)).toFixed(2)}%">${label}</b>`)}</span><span>${cells.legend}</span></div>`;
}

export const legendStyles = css`
  .legend { display: flex; flex-wrap: wrap; gap: 4px 22px; align-items: center; padding: 10px 2px 0 28px; color: var(--ink-3); font-size: 11.5px; }
  .scale { position: relative; flex: none; width: 208px; height: 22px; margin: 0 8px 0 12px; }
  .scale i { position: absolute; inset: 2px 0 auto; height: 8px; border-radius: 2px; box-shadow: 0 0 0 1px var(--line); }
  .scale.sequential i { background: linear-gradient(90deg in srgb, var(--seq-0), var(--seq-1)); }
  .scale.diverging i { background: linear-gradient(90deg in srgb, var(--hurt), var(--zero) 50%, var(--help)); }
  .scale b { position: absolute; top: 11px; transform: translateX(-50%); font: 9px var(--mono); color: var(--ink-3); white-space: nowrap; }
`;
