import { LensResult } from '../shared/lens-result';
import { lensFile, type LensNumbers } from './lens-fixture';

/** A result of one position, by default of four lens layers; `tops` and `ranks` of the final token bottom-up. */
export function column(tops: number[], ranks: number[], layers = [0, 1, 2, 3]): LensResult {
  const texts: Record<string, string> = { 1: ' Rome', 2: ' the', 3: ',', 4: ' of' };
  const numbers: LensNumbers = {
    layers, texts, vocabulary: 100, tokens: [{ id: 4, text: ' of' }],
    topIds: tops.map((id) => [[id, id === 2 ? 3 : 2]]), topLogProbs: tops.map(() => [[-0.5, -2]]),
    entropy: tops.map(() => [1]), klToFinal: tops.map(() => [0]), finalLogProb: ranks.map((r) => [-r]), finalRank: ranks.map((r) => [r]), tracked: [],
  };
  return LensResult.read(lensFile(numbers));
}
