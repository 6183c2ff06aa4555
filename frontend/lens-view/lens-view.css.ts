import { css } from 'lit';

export const lensViewStyles = css`
  :host { display: block; font: 13px/1.45 var(--sans); color: var(--ink); font-feature-settings: 'tnum', 'cv05'; font-variant-ligatures: none; }
  :host([full]) { position: fixed; inset: 0; z-index: 1000; overflow: auto; padding: 14px 20px; background: var(--paper); }
  .page { container-type: inline-size; }
  .said { font-family: var(--mono); font-variant-ligatures: none; font-size: 0.9em; font-weight: 600; white-space: pre; background: var(--line-2); border-radius: 4px; padding: 0 4px; }
  .protocol { gap: 4px 7px; }
  .tools { margin-top: 12px; }
  .lens { display: grid; grid-template-columns: minmax(0, 1fr) 316px; gap: 14px; margin-top: 12px; align-items: start; }
  .stack { gap: 14px; min-width: 0; }
  aside { display: grid; gap: 14px; min-width: 0; }
  .grid { padding: 8px 10px 8px; }

  .legend { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 8px 2px 0 36px; color: var(--ink-3); font-size: 11.5px; }
  .legend b { color: var(--ink-2); }
  .scale { position: relative; flex: none; width: 168px; height: 22px; margin-right: 8px; }
  .scale i { position: absolute; inset: 2px 0 auto; height: 8px; border-radius: 2px; background: linear-gradient(90deg in srgb, var(--seq-0), var(--seq-1)); box-shadow: 0 0 0 1px var(--line); }
  .scale b { position: absolute; top: 11px; transform: translateX(-50%); font: 9px var(--mono); color: var(--ink-3); white-space: nowrap; }
  .markkey { display: inline-flex; gap: 5px; align-items: center; }

  .search { display: inline-flex; gap: 8px; align-items: center; min-width: 0; }
  .search input { width: 176px; }
  .found { padding: 0 4px 6px 36px; }
  .found:empty { display: none; }
  .found b { color: var(--ink); font-weight: 600; }

  table.ins { margin: 8px 0; }
  table.ins td, table.ins th { padding: 2px 4px; border: 0; }
  table.ins td:first-child, table.ins th:first-child { padding-left: 0; }
  table.ins td:last-child, table.ins th:last-child { padding-right: 0; }
  table.ins .i { width: 16px; font-size: 11px; font-variant-numeric: tabular-nums; }
  table.ins .w { width: 64px; }
  table.ins td.r { white-space: nowrap; }
  table.figures { border-top: 1px solid var(--line-2); padding-top: 6px; border-collapse: separate; border-spacing: 0; }
  table.figures td:first-child { white-space: nowrap; }
  table.two td:nth-child(3), table.two th:nth-child(2) { padding-left: 10px; border-left: 1px solid var(--line-2); }
  table.two th { width: 50%; vertical-align: top; color: var(--ink-2); }
  table.two .tok { display: inline-block; max-width: 78px; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
  .hint { margin-top: 6px; }
  .hint .kbd { line-height: 14px; font-size: 10px; }
  .pin { border: 0; cursor: pointer; display: inline-flex; gap: 5px; align-items: center; max-width: 112px; overflow: hidden; line-height: 17px; }
  .pin:hover:not(:disabled) { background: var(--accent-weak); }
  .pin:disabled { cursor: default; color: var(--ink); }
  .pin[aria-pressed='true'] { font-weight: 600; }

  .tablehead { padding: 2px 4px 8px; }
  .tablebox { overflow: auto; }
  .tablebox thead th { position: sticky; top: 0; background: var(--surface); z-index: 1; white-space: nowrap; }
  .tablebox td, .tablebox th { padding: 3px 8px; white-space: nowrap; }
  .tablebox tbody tr { cursor: pointer; }
  .tablebox tbody tr:hover { background: var(--raised); }
  .tablebox tr.here, .tablebox tr.here:hover { background: var(--accent-weak); }

  .hover { position: fixed; z-index: 1100; pointer-events: none; border-radius: var(--r); background: var(--surface); box-shadow: var(--float); padding: 8px 10px; font-size: 12px; }
  .hover .row { flex-wrap: nowrap; gap: 6px; white-space: nowrap; }
  .hover .row .mono { overflow: hidden; text-overflow: ellipsis; }
  .hover table { width: 100%; border-collapse: collapse; margin-top: 4px; font: 11px/17px var(--mono); }
  .hover td { padding: 0; white-space: pre; max-width: 96px; overflow: hidden; text-overflow: ellipsis; }
  .hover td + td { text-align: right; }
  .hover .won { font-weight: 700; }

  dialog { border: 0; border-radius: 10px; box-shadow: var(--float); background: var(--surface); color: var(--ink); padding: 14px 18px; width: min(520px, 92vw); }
  dialog::backdrop { background: var(--scrim); }
  dialog td:first-child { white-space: nowrap; }

  @container (max-width: 880px) {
    .lens { grid-template-columns: minmax(0, 1fr); }
    aside { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); align-items: start; }
    .legend { padding-left: 4px; }
  }
  @container (max-width: 560px) {
    aside { grid-template-columns: minmax(0, 1fr); }
    .seg { overflow-x: auto; scrollbar-width: none; }
  }
`;
