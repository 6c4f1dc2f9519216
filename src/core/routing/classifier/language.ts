import { spaceless } from './words.ts';
import { featureKey, type Sparse } from './feature-key.ts';
import { readWeights } from './weights.ts';

/** The languages that a text may be in, by ISO 639-1: the likely one first, others where it may be mixed. */
export type LanguageGuess = (words: readonly string[]) => readonly string[];

/** Another language counts beside the likeliest one from this chance on. */
const alsoShare = 0.15;
const mostWords = 60;

/** What a text shows of its language: words, and groups of up to three letters. Every feature counts the same. */
export function languageFeatures(words: readonly string[]): Sparse {
  const keys = new Set<number>();
  for (const word of words.slice(0, mostWords)) {
    if (!/^\p{L}/u.test(word)) continue;
    keys.add(featureKey(`w:${word}`));
    const bounded = spaceless.test(word) ? word : `_${word}_`;
    for (let length = 1; length <= 3; length++)
      for (let at = 0; at + length <= bounded.length; at++)
        keys.add(featureKey(`g:${bounded.slice(at, at + length)}`));
  }
  return {
    keys: Int32Array.from(keys),
    values: new Float32Array(keys.size).fill(1 / Math.sqrt(keys.size || 1)),
  };
}

/** Reads what training/routing/train.ts wrote. */
export function readLanguageGuess(file: string): LanguageGuess {
  const weights = readWeights(file);
  const names = weights.header.heads.language ?? [];
  return (words) => {
    const shares = weights.probabilities(languageFeatures(words)).get('language') ?? [];
    return names
      .map((name, at) => ({ name, share: shares[at] ?? 0 }))
      .filter(({ share }) => share >= alsoShare)
      .toSorted((a, b) => b.share - a.share)
      .map(({ name }) => name);
  };
}
