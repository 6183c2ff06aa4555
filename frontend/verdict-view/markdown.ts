/** A verdict as Markdown, with its declaration: what goes into a paper's appendix or an issue. */

import { count, fixed } from '../shared/format';
import { asClose, reading, spread } from './figures';
import { discovery, type Verdict } from './verdict';
import { declaration, interval, NULLS, pValue, protocolLine, share, signed, testName } from './words';

export function toMarkdown(verdict: Verdict, title: string): string {
  const { accounting, sufficiency, necessity } = verdict;
  const parts = [
    `# ${title}`,
    `**${verdict.label}.** ${verdict.sentence}`,
    protocolLine(verdict).join(' · '),
    section('Figures', [
      ['figure', 'value', 'from'],
      ['accounted for', share(accounting.share), `${fixed(accounting.claimed)} of ${fixed(accounting.total)}; positive mass ${share(accounting.positive)}, negative ${share(accounting.negative)}`],
      ['sufficiency', `${share(sufficiency.kept)} ${interval(sufficiency.ci95)}`, `${fixed(sufficiency.circuit)} of ${fixed(sufficiency.model)}; empty circuit ${fixed(sufficiency.empty)}; mean of ratios ${share(sufficiency.meanOfRatios)}; normalised ${share(sufficiency.normalised)}`],
      ['left without it', `${share(necessity.left)} ${interval(necessity.ci95)}`, fixed(necessity.knockout)],
      ...verdict.nulls.map(({ key, model }) => [`random circuits, ${NULLS[key]}`, `${asClose(model.values, sufficiency.model, sufficiency.circuit)} of ${model.values.length} as close`, `p ${pValue(model.pValue)}, corrected ${pValue(model.pCorrected)}, quantile ${fixed(model.quantile)}`]),
    ]),
    section('What was required', [['test', 'held', 'finding'], ...verdict.reasons.map((reason) => [testName(reason.test), reason.passed ? 'yes' : 'no', reason.sentence])]),
    section('Vote beside effect', [['component', 'direct vote', 'effect', 'reading'], ...verdict.components.map((line) => [line.name, signed(line.vote), signed(line.effect), reading(line, accounting.total)])]),
    section('Protocols', [['ablation', 'reference', 'positions', 'template', 'averaging', 'kept', 'left', 'holds'], ...verdict.protocols.map((line) => [line.ablation, line.reference, line.positions, line.template, line.averaging, share(line.kept), share(line.left), line.holds ? 'yes' : 'no'])]),
    section('Completeness', [['taken out', 'how', 'circuit', 'model', 'gap'], ...verdict.knockouts.map((line) => [line.components.join(', '), line.kind, fixed(line.circuit), fixed(line.model), fixed(line.gap)])]),
    section('Minimality', [['component', 'effect given the rest', 'share'], ...verdict.minimality.map((line) => [line.name, signed(line.effect), share(line.share)])]),
    section('Self-repair', [['ablated', 'stepped in', 'by the norm'], ...verdict.repairs.map((line) => [line.name, line.stepped.map((who) => `${who.name} ${signed(who.change)}`).join(', '), signed(line.norm)])]),
    heldOut(verdict),
    prompts(verdict),
    section('Declaration', [['what', 'value'], ...declaration(verdict)]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heldOut(verdict: Verdict): string {
  if (!verdict.heldOut) {
    return '';
  }
  const line = (name: string, figures: ReturnType<typeof discovery>) => [name, String(figures.examples), fixed(figures.model), share(figures.share), `${share(figures.kept)} ${interval(figures.ci95)}`, share(figures.left)];
  return section('Held-out', [['prompts', 'number', 'model', 'accounted for', 'kept', 'left without'], line('discovery', discovery(verdict)), line('held-out', verdict.heldOut)]);
}

function prompts(verdict: Verdict): string {
  const found = spread(verdict);
  const summary = `Median ${share(found.median)}, quartiles ${share(found.q25)} to ${share(found.q75)}; ${count(found.undefinedCount, 'prompt')} with too small a difference for a ratio.`;
  return `${section('Each prompt', [['prompt', 'model', 'circuit', 'without it'], ...verdict.examples.map((line) => [line.prompt, fixed(line.model), fixed(line.circuit), fixed(line.knockout)])])}\n\n${summary}`;
}

function section(heading: string, rows: readonly (readonly string[])[]): string {
  if (rows.length < 2) {
    return '';
  }
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.trim().replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [`## ${heading}`, '', line(rows[0]), `|${rows[0].map(() => '---').join('|')}|`, ...rows.slice(1).map(line)].join('\n');
}
