import type { LensResult } from '../shared/lens-result';
import type { Trajectory } from '../trajectory-chart/trajectory-chart';

/** The curves of a position: its final token, the tracked tokens, then the pinned ones, each once. `rows` run bottom-up. */
export function trajectoriesOf(result: LensResult, position: number, pins: readonly number[], rows: readonly number[]): Trajectory[] {
  const fixed = [result.finalToken(position), ...result.tracked.map((token) => token.id)];
  const ids = [...new Set([...fixed, ...pins])].filter((id) => fixed.includes(id) || result.known.has(id));
  return ids.map((id) => {
    const readings = rows.map((row) => result.reading(id, row, position));
    return {
      id,
      text: result.text(id),
      logProbs: readings.map((reading) => reading?.logProb ?? null),
      ranks: readings.map((reading) => reading?.rank ?? null),
      exact: result.isExact(id, position),
      removable: !fixed.includes(id),
    };
  });
}
