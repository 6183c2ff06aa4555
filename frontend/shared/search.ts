import type { LensResult } from './lens-result';
import { showToken } from './tokens';

/**
 * Ids a query means. Digits (or `#7042`) are an id, and text too; `·` stands for a space and `⏎` for a line break. A query
 * that begins with a space (or `·`) matches tokens that begin so; any other is looked for inside the token, case aside.
 */
export function matchingIds(query: string, known: ReadonlyMap<number, string>): Set<number> {
  const ids = new Set<number>();
  const text = query.replace(/·/g, ' ').replace(/⏎/g, '\n');
  if (text === '') {
    return ids;
  }
  const id = /^#?(\d{1,9})$/.exec(text.trim());
  if (id && known.has(Number(id[1]))) {
    ids.add(Number(id[1]));
  }
  if (text.startsWith('#') && id) {
    return ids;
  }
  const wanted = text.toLocaleLowerCase('en');
  const anchored = /^\s/.test(wanted);
  for (const [candidate, shown] of known) {
    const token = shown.toLocaleLowerCase('en');
    if (anchored ? token.startsWith(wanted) : token.includes(wanted.trimEnd() || wanted)) {
      ids.add(candidate);
    }
  }
  return ids;
}

export interface Matches {
  readonly ids: ReadonlySet<number>;
  /** Cells of the shown rows whose top-1 matches, top row first, then by position. */
  readonly cells: readonly { row: number; position: number }[];
  /** How many further cells have a match in their stored top-k. */
  readonly below: number;
}

/** Where the query's tokens are read in the given rows. */
export function findMatches(query: string, result: LensResult, rows: readonly number[]): Matches {
  const ids = matchingIds(query, result.known);
  const cells: { row: number; position: number }[] = [];
  let below = 0;
  if (ids.size > 0) {
    for (const row of rows) {
      for (let position = 0; position < result.positionCount; position++) {
        if (ids.has(result.top1(row, position))) {
          cells.push({ row, position });
        } else if (inTop(result, row, position, ids)) {
          below++;
        }
      }
    }
  }
  return { ids, cells, below };
}

/** Whether one of the ids is among the stored top-k of a cell. */
export function inTop(result: LensResult, row: number, position: number, ids: ReadonlySet<number>): boolean {
  for (const id of ids) {
    if (ids.size > 64) {
      return result.top(row, position).some((entry) => ids.has(entry.id));
    }
    if (result.rankInTop(row, position, id) > 0) {
      return true;
    }
  }
  return false;
}

/** What follows the query in the line above the grid: "is ·Rome, on top in 2 cells, in the top 10 of 5 more". */
export function describeMatches(matches: Matches, result: LensResult): string {
  if (matches.ids.size === 0) {
    return 'is no token of this result';
  }
  const only = matches.ids.size === 1 ? `is ${showToken(result.text([...matches.ids][0]))}, ` : `is in ${matches.ids.size} tokens, `;
  const cells = matches.cells.length;
  const below = matches.below > 0 ? `, in the top ${result.topK} of ${matches.below} more` : '';
  return `${only}on top in ${cells} ${cells === 1 ? 'cell' : 'cells'}${below}`;
}
