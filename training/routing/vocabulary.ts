import type { Sparse } from '../../src/core/routing/classifier/feature-key.ts';
import type { Example } from './fit.ts';

/** The features that are worth a weight, and how much the rare ones of them are raised. */
export interface Vocabulary {
  readonly keys: Int32Array;
  readonly rarity: Float32Array;
  rowsOf(features: Sparse): Pick<Example, 'indices' | 'values'>;
}

/**
 * Weighs by inverse document frequency (Spärck Jones 1972). What stands in fewer messages than `fewestMessages` is left
 * out: it would be learnt by heart.
 */
export function vocabularyOf(messages: readonly Sparse[], fewestMessages: number): Vocabulary {
  const counts = new Map<number, number>();
  for (const { keys } of messages) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= fewestMessages);
  const rows = new Map(kept.map(([key], row) => [key, row]));
  const rarity = Float32Array.from(kept, ([, count]) => Math.log((messages.length + 1) / (count + 1)) / 4);
  return {
    keys: Int32Array.from(kept, ([key]) => key),
    rarity,
    rowsOf({ keys, values }) {
      const indices: number[] = [];
      const raised: number[] = [];
      for (const [at, key] of keys.entries()) {
        const row = rows.get(key);
        if (row === undefined) continue;
        indices.push(row);
        raised.push((values[at] ?? 0) * (rarity[row] ?? 0));
      }
      return { indices: Int32Array.from(indices), values: Float32Array.from(raised) };
    },
  };
}
