import { css } from 'lit';

export const componentBoardStyles = css`
  :host { display: block; font: 13px/1.45 var(--sans); color: var(--ink); font-feature-settings: 'tnum', 'cv05'; font-variant-ligatures: none; }
  .page { container-type: inline-size; }
  .said { font-family: var(--mono); font-size: 0.9em; font-weight: 600; white-space: pre; background: var(--line-2); border-radius: 4px; padding: 0 4px; }
  .protocol { gap: 4px 7px; }
  .tools { margin-top: 12px; }
  .tools input { flex: 0 1 216px; min-width: 130px; }
  .tools .primary { margin-left: auto; }
  .tools .compare { flex: 0 1 230px; min-width: 120px; max-width: 230px; text-overflow: ellipsis; }
  .compared { margin-top: 6px; gap: 2px 7px; }
  .steps { gap: 0; flex-wrap: nowrap; }

  .cards { display: grid; gap: 14px; margin-top: 12px; align-items: start; }
  .cards > * { min-width: 0; }
  .column { display: grid; gap: 14px; }
  .beside { grid-template-columns: minmax(0, var(--board-width)) minmax(0, 1fr); }
  /* a wide board takes a row of its own, the selection stays above it */
  .across { grid-template: 'selection component' auto 'grid grid' auto 'ledger prompts' auto / minmax(0, 1fr) minmax(0, 1fr); }
  .across:not(:has(.component)) { grid-template: 'selection selection' auto 'grid grid' auto 'ledger prompts' auto / minmax(0, 1fr) minmax(0, 1fr); }
  .across .column { display: contents; }
  .across .grid { grid-area: grid; }
  .across .selection { grid-area: selection; }
  .across .component { grid-area: component; }
  .across .ledger { grid-area: ledger; }
  .across .prompts { grid-area: prompts; }

  .card.grid > .b { padding: 6px 12px 12px; }
  .found { padding: 8px 14px 0; color: var(--ink-2); }
  .found:empty { display: none; }
  i.help, svg .help { background: var(--help); fill: var(--help); }
  i.hurt, svg .hurt { background: var(--hurt); fill: var(--hurt); }

  .claim { gap: 2px 10px; align-items: baseline; }
  .figure { font-size: 26px; line-height: 1.2; font-weight: 620; letter-spacing: -0.02em; }
  .claim b { font-weight: 600; color: var(--ink-2); }
  .meter { position: relative; height: 22px; margin: 8px 0 10px; border-radius: 6px; background: var(--line-2); overflow: hidden; }
  .meter > i { position: absolute; top: 0; bottom: 0; transition: left 0.16s ease-out, width 0.16s ease-out; }
  .meter > i.cancelled { background: repeating-linear-gradient(135deg, var(--hurt) 0 3px, transparent 3px 7px); opacity: 0.75; }
  .meter > b { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--ink); }
  .kv { display: grid; grid-template-columns: repeat(auto-fit, minmax(124px, 1fr)); gap: 8px 14px; }
  .kv span { display: block; color: var(--ink-3); font-size: 12px; }
  .kv b { font-weight: 450; }
  .kv.small { grid-template-columns: repeat(2, minmax(76px, auto)); gap: 6px 16px; }
  .names { margin-top: 10px; gap: 4px; max-height: 78px; overflow-y: auto; }
  .name { font: 11px/17px var(--mono); padding: 1px 6px; border: 0; border-radius: 5px; background: var(--line-2); color: var(--ink); cursor: pointer; }
  .name:hover { background: var(--accent-weak); }
  .name.here { box-shadow: inset 0 0 0 1.5px var(--accent); }
  .range { margin: -4px 0 10px; }
  .doubts { margin-top: 10px; gap: 6px; }
  .doubts .chip { white-space: normal; }

  .votes { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 6px 22px; align-items: center; }
  svg text { font-family: var(--mono); font-size: 10px; fill: var(--ink-3); }
  .strip { display: block; max-width: 100%; overflow: visible; }
  .strip .box { fill: var(--line-2); }
  .strip .median { stroke: var(--ink-2); stroke-width: 2; }
  .strip .zero, svg .zero { stroke: var(--line-3); }
  .strip circle { fill-opacity: 0.62; }
  .strip circle.pick { cursor: pointer; }
  .strip circle.pick:hover { fill-opacity: 1; r: 5px; }
  .strip circle.here { fill-opacity: 1; stroke: var(--surface); stroke-width: 1.5; }
  .drill { margin-top: 10px; border-top: 1px solid var(--line-2); padding-top: 8px; }
  .drill h3, .drill > summary { font-size: 12px; font-weight: 600; color: var(--ink-2); }
  .sources { display: flex; gap: 3px; margin-top: 4px; overflow-x: auto; scrollbar-width: thin; }
  .source { flex: none; display: grid; justify-items: center; min-width: 26px; }
  .source small { font: 9.5px/14px var(--mono); color: var(--ink-3); min-height: 14px; }
  .updown { position: relative; width: 100%; height: 30px; }
  .updown i { position: absolute; left: 50%; width: 10px; margin-left: -5px; border-radius: 2px; }
  .halves { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 24px; }
  table.plain.neurons td { padding: 2px 4px; border: 0; }
  summary { cursor: pointer; }

  .lines { overflow: auto; max-height: 420px; overscroll-behavior: contain; scrollbar-width: thin; }
  .lines thead:not(.sr) th { position: sticky; top: 0; z-index: 1; background: var(--surface); padding-block: 3px; }
  .lines th button, .lines td > button { all: unset; cursor: pointer; border-radius: 3px; }
  .lines th button:focus-visible, .lines td > button:focus-visible { outline: 2px solid var(--accent); }
  .lines th button:hover { color: var(--ink); }
  .ledger table.plain td { padding: 1px 8px; line-height: 20px; }
  .ledger table.plain td.r { color: var(--ink-2); }
  .lines tr.here { background: var(--accent-weak); }
  .ledger .chosen button.mono { font-weight: 700; }
  .lines .pick { width: 20px; }
  .pick input { appearance: none; width: 13px; height: 13px; margin: 0; border-radius: 3px; box-shadow: 0 0 0 1px var(--line-3); background: var(--surface); vertical-align: middle; cursor: pointer; }
  .pick input:checked { box-shadow: none; background: var(--accent); }
  .pick input:checked::before { content: ''; display: block; width: 4px; height: 7px; margin: 1.5px auto 0; border: solid var(--accent-ink); border-width: 0 1.75px 1.75px 0; transform: rotate(42deg); }
  .track { width: 42%; }
  .track span { position: relative; display: block; height: 12px; background: linear-gradient(var(--line-3), var(--line-3)) 50% 0 / 1px 100% no-repeat; }
  .track i { position: absolute; top: 1px; bottom: 1px; border-radius: 2px; }
  .more { padding: 6px 14px 8px; border-top: 1px solid var(--line-2); }
  .falls svg { display: block; }
  .step.pick { cursor: pointer; }
  .step:hover rect:first-of-type { fill: var(--raised); }
  .join { stroke: var(--line-3); stroke-dasharray: 1 2; }
  .pale { opacity: 0.45; }
  .gap { margin: 0 0 6px; }
  .gap:empty { display: none; }
  .rule { stroke: var(--line-2); }
  .equal { stroke: var(--ink-3); stroke-dasharray: 4 4; }
  .point { cursor: pointer; }
  .point circle { fill-opacity: 0.75; }
  .point.chosen circle { fill-opacity: 1; stroke: var(--ink); stroke-width: 2; }
  .point.chosen text { fill: var(--ink); font-weight: 700; }
  .point.here circle { stroke: var(--accent); stroke-width: 2.5; }
  .total { fill: var(--ink-3); }
  svg text.on { fill: var(--ink); font-weight: 700; }

  .prompts tr { cursor: pointer; }
  .prompts tbody tr:hover { background: var(--raised); }
  .prompts tbody tr.here { background: var(--accent-weak); }
  .prompts .text { line-height: 20px; }
  .words { margin-right: 4px; }
  .size { width: 90px; }
  .wrong { color: var(--hurt); font-weight: 600; }

  .tablebox { overflow: auto; max-height: 720px; }
  .tablebox th { position: sticky; top: 0; background: var(--surface); }
  .tablebox table.plain td, .tablebox table.plain th { padding: 1px; white-space: nowrap; font-size: 11.5px; }
  .tablebox button { font: 11px var(--mono); padding: 2px 3px; border: 0; border-radius: 4px; background: none; color: inherit; cursor: pointer; }
  .tablebox button:hover { background: var(--line-2); }
  .tablebox button[aria-pressed='true'] { box-shadow: inset 0 0 0 1.5px var(--ink); font-weight: 700; }

  .hover { position: fixed; z-index: 1100; pointer-events: none; border-radius: var(--r); background: var(--surface); box-shadow: var(--float); padding: 8px 12px 6px; font-size: 12px; }
  .hoverline { margin: 2px 0 4px; }
  dialog { border: 0; border-radius: 10px; box-shadow: var(--float); background: var(--surface); color: var(--ink); padding: 14px 18px; width: min(560px, 92vw); }
  dialog::backdrop { background: var(--scrim); }
  dialog td:first-child { white-space: nowrap; }

  @container (max-width: 900px) {
    .beside, .across, .across:not(:has(.component)) { display: flex; flex-direction: column; align-items: stretch; }
    .column { display: contents; }
    .selection { order: -2; }
    .card.grid, .component { order: -1; }
    .prompts { order: 1; }
  }
  @container (max-width: 560px) {
    .votes { grid-template-columns: minmax(0, 1fr); }
    .seg { overflow-x: auto; scrollbar-width: none; }
  }
  @media print { .tools, .link, .more { display: none; } .lines { max-height: none; } }
`;
