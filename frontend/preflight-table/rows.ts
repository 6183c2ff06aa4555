/** What a model says to one example, as the server writes it. */
export interface PreflightRow {
  readonly prompt: string;
  readonly answer: string;
  readonly foil: string | null;
  readonly template: string | null;
  readonly tokens: number;
  readonly answerLogProb: number;
  readonly foilLogProb: number | null;
  readonly logitDiff: number | null;
  readonly answerRank: number;
  readonly correct: boolean;
  readonly topToken: string;
  readonly topLogProb: number;
}

export interface PreflightResult {
  readonly examples: readonly PreflightRow[];
}

export type Order = 'given' | 'worst' | 'best';

/** The logit difference, or where there is no foil the answer's log-probability: what rows are ordered by. */
export function figure(row: PreflightRow): number {
  return row.logitDiff ?? row.answerLogProb;
}

/** The rows with their place in the set, from 1. */
export function ordered(rows: readonly PreflightRow[], order: Order): { row: PreflightRow; number: number }[] {
  const numbered = rows.map((row, i) => ({ row, number: i + 1 }));
  return order === 'given' ? numbered : numbered.sort((a, b) => (figure(a.row) - figure(b.row)) * (order === 'worst' ? 1 : -1));
}

/** How many are right, and the mean of the logit differences there are; NaN without any. */
export function totals(rows: readonly PreflightRow[]): { right: number; mean: number } {
  const differences = rows.map((row) => row.logitDiff).filter((value): value is number => value !== null);
  return {
    right: rows.filter((row) => row.correct).length,
    mean: differences.length ? differences.reduce((sum, value) => sum + value, 0) / differences.length : NaN,
  };
}
