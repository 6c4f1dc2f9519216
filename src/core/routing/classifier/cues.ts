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

interface Entry {
  readonly concept: string;
  readonly item: string;
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
const mainLanguage = 'en';
const shortestStem = 2;
const longestStem = 14;

/** The concepts are those of the English files; what other languages have is read when a text of theirs comes. */
export function loadCues(folder: string): Cues {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted();
  const entriesIn = (language: string): Entry[] =>
    files
      .filter((name) => name.split(/[-.]/)[0] === language)
      .flatMap((name) => entriesOf(readFileSync(join(folder, name), 'utf8')));
  const concepts = [
    ...new Set([...entriesIn(mainLanguage), ...entriesIn(anyLanguage)].map(({ concept }) => concept)),
  ].toSorted();
  const indexOf = new Map(concepts.map((concept, index) => [concept, index]));
  const lexicons = new Map<string, Lexicon>();
  const lexiconOf = (language: string): Lexicon => {
    const known = lexicons.get(language);
    if (known) return known;
    const lexicon = emptyLexicon();
    for (const { concept, item } of entriesIn(language)) {
      const index = indexOf.get(concept);
      if (index !== undefined) addItem(lexicon, item, index);
    }
    lexicons.set(language, lexicon);
    return lexicon;
  };

  return {
    concepts,
    find(folded, words, languages) {
      const counts = new Uint8Array(concepts.length);
      for (const language of [...languages, anyLanguage]) {
        // A word that two languages know counts once.
        const own = new Uint8Array(concepts.length);
        count(lexiconOf(language), folded, words, own);
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

function entriesOf(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon === -1 || line.startsWith('#')) return [];
    const concept = line.slice(0, colon).trim();
    return line
      .slice(colon + 1)
      .split(/[,،、，]/)
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => ({ concept, item }));
  });
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
