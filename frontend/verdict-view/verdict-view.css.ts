import { css } from 'lit';

export const verdictViewStyles = css`
  :host { display: block; font: 13px/1.45 var(--sans); color: var(--ink); font-feature-settings: 'tnum', 'cv05'; font-variant-ligatures: none; }
  .page { container-type: inline-size; }
  .lede { font-size: 17px; max-width: 78ch; margin-top: 4px; }
  .protocol { gap: 4px 7px; }
  .checks { margin-top: 10px; gap: 6px; }
  .tools { float: right; margin: 0 0 8px 16px; }

  .figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 14px; margin-top: 14px; }
  .figure { padding: 12px 14px 13px; display: flex; flex-direction: column; }
  .figure > span { color: var(--ink-3); }
  .figure > .big { display: flex; align-items: baseline; gap: 8px; flex-wrap: wrap; margin: 1px 0; }
  .figure .ci { font-size: 12px; font-weight: 400; letter-spacing: 0; color: var(--ink-2); white-space: nowrap; }
  .figure .more { margin-top: auto; padding-top: 9px; }
  .figure .more > .quiet { margin-top: 6px; }
  .said { border-bottom: 1px dotted var(--line-3); cursor: help; }

  .track { position: relative; height: 6px; border-radius: 3px; background: var(--line-2); }
  .track > i { position: absolute; inset: 0 auto 0 0; border-radius: 3px; background: var(--help); }
  .track > i.short { background: var(--hurt); }
  .track > u { position: absolute; top: 2px; height: 2px; background: var(--ink); }
  .track > u::before, .track > u::after { content: ''; position: absolute; top: -2px; height: 6px; width: 1.5px; background: var(--ink); }
  .track > u::after { right: 0; }
  .track > b { position: absolute; top: -3px; bottom: -3px; width: 2px; margin-left: -1px; background: var(--ink); }
  .track > b::after { content: ''; position: absolute; top: -3px; left: -2px; border: 3px solid transparent; border-top-color: var(--ink); border-bottom: 0; }

  .cards { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 14px; margin-top: 14px; align-items: start; }
  .column { display: grid; gap: 14px; min-width: 0; }
  .card > header > .seg { margin: -3px 0; }
  .card > header .muted { font-size: 12px; }
  .note { margin: 10px 0 0; color: var(--ink-2); text-wrap: pretty; }
  .note b { font-weight: 620; color: var(--ink); }
  .note:first-child { margin-top: 0; }
  .warned { margin: 10px 0 0; padding: 8px 10px; border-radius: 6px; background: var(--warn-weak); color: var(--warn); }

  .box { overflow: auto; max-height: 420px; }
  .box.tall { max-height: 560px; }
  table.plain td, table.plain th { padding: 4px 8px; }
  table.plain th:first-child, table.plain td:first-child { padding-left: 14px; }
  table.plain th:last-child, table.plain td:last-child { padding-right: 14px; }
  table.plain thead th { position: sticky; top: 0; z-index: 1; background: var(--surface); white-space: nowrap; }
  table.plain td.nw, table.plain td.r { white-space: nowrap; }
  table.plain tr.main > td { background: var(--accent-weak); }
  th > button { border: 0; background: none; padding: 0; font: inherit; color: inherit; cursor: pointer; }
  th > button:hover { color: var(--ink); }
  td.who { white-space: nowrap; }
  td.who > span { display: block; color: var(--ink-3); font-size: 11.5px; line-height: 1.25; max-width: 150px; overflow: hidden; text-overflow: ellipsis; }
  td.says { color: var(--ink-3); font-size: 12px; line-height: 1.3; min-width: 130px; }
  td.prompt { max-width: 300px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

  td.bars { width: 44%; min-width: 120px; }
  .bars > div { position: relative; height: 22px; }
  .bars > div::before { content: ''; position: absolute; left: var(--zero-at); top: -5px; bottom: -5px; width: 1px; background: var(--line-3); }
  .bars i { position: absolute; height: 8px; border-radius: 1.5px; }
  .bars i.vote { top: 2px; } .bars i.effect { top: 12px; }
  .bars i.alone { top: 7px; }
  i.helps { --hue: var(--help); } i.hurts { --hue: var(--hurt); }
  i.vote, i.alone { background: var(--hue); }
  i.effect { background: repeating-linear-gradient(115deg, var(--hue) 0 2px, transparent 2px 4px); box-shadow: inset 0 0 0 1px var(--hue); }
  .key { display: inline-flex; gap: 6px; align-items: center; color: var(--ink-2); font-size: 12px; }
  .key > i { width: 20px; height: 8px; border-radius: 1.5px; }

  .chart { display: block; overflow: visible; }
  .chart text { font: 10.5px var(--mono); fill: var(--ink-3); paint-order: stroke; stroke: var(--surface); stroke-width: 3px; }
  .chart .axis { stroke: var(--line-3); } .chart .rule { stroke: var(--line-2); }
  .band { fill: var(--accent-weak); }
  .bin { fill: var(--ink-3); opacity: 0.5; } .bin.close { fill: var(--accent); opacity: 1; }
  line.mark { stroke-width: 2; } .chart text.mark { font-size: 11px; }
  line.claim { stroke: var(--accent); stroke-width: 2.5; } .chart text.claim { fill: var(--accent); font-weight: 600; }
  line.model { stroke: var(--ink); } .chart text.model { fill: var(--ink); }
  line.empty { stroke: var(--ink-2); stroke-dasharray: 3 3; } .chart text.empty { fill: var(--ink-2); }
  .whole { stroke: var(--ink-2); stroke-dasharray: 4 4; } .asked { stroke: var(--line-3); stroke-width: 1.5; }
  .point { fill: var(--help); fill-opacity: 0.75; stroke: var(--surface); stroke-width: 1; }
  .point.below { fill: var(--hurt); } .point.open { fill: var(--surface); stroke: var(--ink-3); stroke-width: 1.5; }
  .point:hover { fill-opacity: 1; stroke: var(--ink); }
  .chip.pass::before, .chip.fail::before { font-size: 11px; line-height: 1; }
  .chip.pass::before { content: '✓'; } .chip.fail::before { content: '✕'; }

  dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; }
  dt { color: var(--ink-3); } dd { margin: 0; overflow-wrap: anywhere; }

  @container (max-width: 860px) {
    .cards { grid-template-columns: minmax(0, 1fr); }
    .column { display: contents; }
    .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  }
  @container (max-width: 460px) { .figures { grid-template-columns: minmax(0, 1fr); } dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 6px; } }
  @media print {
    :host { font-size: 11px; }
    .tools, .seg { display: none; }
    .card, .figure { break-inside: avoid; box-shadow: none; border: 1px solid #c9c9c1; }
    .box, .box.tall { max-height: none; overflow: visible; }
    i, b, u, .chip, .band, .bin { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  }
`;
