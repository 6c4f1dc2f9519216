import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldText, spaceless, wordsOf } from './words.ts';

/**
 * What words hint at: `concept: item, item`, in one or several files a language (`de.txt`, `de-topics.txt`). An item is a
 * word, a stem (`bill*`), or a phrase; in writing without spaces, a piece of text. What stands in `any.txt` counts
 * whatever the language.
 */
export interface Cues {
  /** Names of the concepts, sorted: the index is what `find` counts by. */
  readonly concepts: readonly string[];
  /** How often each concept is hinted at by a text of these languages. */
  find(folded: string, words: readonly string[], languages: readonly string[]): Uint8Array;
}

interface Phrase {
  readonly words: readonly string[];
  readonly lastIsStem: boolean;
  readonly concept: number;
}

/** The items of one language, each with the indices of its concepts. */
interface Lexicon {
  readonly whole: Map<string, number[]>;
  readonly stems: Map<string, number[]>;
  /** By their first character. */
  readonly pieces: Map<string, { text: string; concept: number }[]>;
  /** By their first word. */
  readonly phrases: Map<string, Phrase[]>;
}

const anyLanguage = 'any';
const shortestStem = 2;
const longestStem = 14;

export function loadCues(folder: string): Cues {
  const entries = readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .flatMap((name) => entriesOf(readFileSync(join(folder, name), 'utf8'), name.split(/[-.]/)[0] ?? name));
  const concepts = [...new Set(entries.map(({ concept }) => concept))].toSorted();
  const indexOf = new Map(concepts.map((concept, index) => [concept, index]));
  const lexicons = new Map<string, Lexicon>();
  for (const { language, concept, item } of entries) {
    let lexicon = lexicons.get(language);
    if (!lexicon) lexicons.set(language, (lexicon = emptyLexicon()));
    addItem(lexicon, item, indexOf.get(concept) ?? 0);
  }

  return {
    concepts,
    find(folded, words, languages) {
      const counts = new Uint8Array(concepts.length);
      for (const language of [...languages, anyLanguage]) {
        const lexicon = lexicons.get(language);
        if (!lexicon) continue;
        // A word that two languages know counts once.
        const own = new Uint8Array(concepts.length);
        count(lexicon, folded, words, own);
        for (const [concept, times] of own.entries()) counts[concept] = Math.max(counts[concept] ?? 0, times);
      }
      return counts;
    },
  };
}

const emptyLexicon = (): Lexicon => ({
  whole: new Map(),
  stems: new Map(),
  pieces: new Map(),
  phrases: new Map(),
});

function addItem(lexicon: Lexicon, item: string, concept: number): void {
  const isStem = item.endsWith('*');
  const folded = foldText(isStem ? item.slice(0, -1) : item);
  const [first = '', ...more] = wordsOf(folded);
  if (first === '') return;
  if (spaceless.test(folded)) push(lexicon.pieces, folded.slice(0, 1), { text: folded.trim(), concept });
  else if (more.length > 0)
    push(lexicon.phrases, first, { words: [first, ...more], lastIsStem: isStem, concept });
  else push(isStem ? lexicon.stems : lexicon.whole, first, concept);
}

function count(lexicon: Lexicon, folded: string, words: readonly string[], counts: Uint8Array): void {
  const add = (concepts: readonly number[] | undefined): void => {
    for (const concept of concepts ?? []) counts[concept] = Math.min(255, (counts[concept] ?? 0) + 1);
  };
  for (const [at, word] of words.entries()) {
    add(lexicon.whole.get(word));
    for (let length = shortestStem; length <= Math.min(word.length, longestStem); length++)
      add(lexicon.stems.get(word.slice(0, length)));
    for (const phrase of lexicon.phrases.get(word) ?? [])
      if (stands(phrase, words, at)) add([phrase.concept]);
  }
  if (lexicon.pieces.size === 0) return;
  for (let at = 0; at < folded.length; at++)
    for (const { text, concept } of lexicon.pieces.get(folded[at] ?? '') ?? [])
      if (folded.startsWith(text, at)) add([concept]);
}

function stands({ words: wanted, lastIsStem }: Phrase, words: readonly string[], at: number): boolean {
  return wanted.every((one, offset) => {
    const here = words[at + offset];
    return offset === wanted.length - 1 && lastIsStem ? here?.startsWith(one) : here === one;
  });
}

function entriesOf(text: string, language: string): { language: string; concept: string; item: string }[] {
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon === -1 || line.startsWith('#')) return [];
    const concept = line.slice(0, colon).trim();
    return line
      .slice(colon + 1)
      .split(/[,،、，]/)
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => ({ language, concept, item }));
  });
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
