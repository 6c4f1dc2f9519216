import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldText, spaceless, wordsOf } from './words.ts';

/**
 * What words of many languages hint at: `concept: item, item` in one file a language. An item is a word, a stem (`bill*`),
 * or a phrase; in writing without spaces, a piece of text. What stands in `any.txt` counts whatever the language.
 */
export interface Cues {
  /** Names of the concepts, sorted: the index is what `find` counts by. */
  readonly concepts: readonly string[];
  /** How often each concept is hinted at, and in which language the text seems to be. */
  find(folded: string, words: readonly string[]): Found;
}

export interface Found {
  readonly counts: Uint8Array;
  readonly language: string | undefined;
}

/** Language and concept in one number. */
type Mark = number;
const conceptLimit = 128;

interface Phrase {
  readonly words: readonly string[];
  readonly lastIsStem: boolean;
  readonly mark: Mark;
}

const anyLanguage = 'any';
const shortestStem = 2;
const longestStem = 14;
/** Another language counts too when it explains nearly as much as the best one: people mix. */
const alsoShare = 0.6;

export function loadCues(folder: string): Cues {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted();
  // A language may have several files: `de.txt`, `de-topics.txt`.
  const languages = [...new Set(files.map(languageOfFile))];
  const entries = files.flatMap((name) =>
    entriesOf(readFileSync(join(folder, name), 'utf8'), languages.indexOf(languageOfFile(name))),
  );
  const concepts = [...new Set(entries.map(({ concept }) => concept))].toSorted();
  if (concepts.length > conceptLimit) throw new Error(`more than ${conceptLimit} concepts in ${folder}`);
  const conceptIndex = new Map(concepts.map((concept, index) => [concept, index]));

  const whole = new Map<string, Mark[]>();
  const stems = new Map<string, Mark[]>();
  const pieces = new Map<string, { text: string; mark: Mark }[]>();
  const phrases = new Map<string, Phrase[]>();
  for (const { language, concept, item } of entries) {
    const mark = language * conceptLimit + (conceptIndex.get(concept) ?? 0);
    const isStem = item.endsWith('*');
    const folded = foldText(isStem ? item.slice(0, -1) : item);
    const [first = '', ...more] = wordsOf(folded);
    if (first === '') continue;
    if (spaceless.test(folded)) push(pieces, folded.slice(0, 1), { text: folded.trim(), mark });
    else if (more.length > 0) push(phrases, first, { words: [first, ...more], lastIsStem: isStem, mark });
    else push(isStem ? stems : whole, first, mark);
  }

  return {
    concepts,
    find(folded, words) {
      const hits: (readonly Mark[])[] = [];
      for (const [at, word] of words.entries()) {
        add(hits, whole.get(word));
        for (let length = shortestStem; length <= Math.min(word.length, longestStem); length++)
          add(hits, stems.get(word.slice(0, length)));
        const standing = phrases.get(word)?.filter((phrase) => stands(phrase, words, at));
        if (standing && standing.length > 0) hits.push(standing.map(({ mark }) => mark));
      }
      if (spaceless.test(folded))
        for (let at = 0; at < folded.length; at++)
          for (const piece of pieces.get(folded[at] ?? '') ?? [])
            if (folded.startsWith(piece.text, at)) hits.push([piece.mark]);
      return weigh(hits, languages, concepts.length);
    },
  };
}

/** A word that several languages know speaks for each of them by its share. */
function votesOf(hits: readonly (readonly Mark[])[], languages: readonly string[]): Float64Array {
  const votes = new Float64Array(languages.length);
  for (const marks of hits) {
    const knowing = new Set(marks.map(languageOf));
    for (const language of knowing) votes[language] = (votes[language] ?? 0) + 1 / knowing.size;
  }
  const any = languages.indexOf(anyLanguage);
  if (any !== -1) votes[any] = 0;
  return votes;
}

function weigh(
  hits: readonly (readonly Mark[])[],
  languages: readonly string[],
  concepts: number,
): Found {
  const votes = votesOf(hits, languages);
  const most = Math.max(0, ...votes);
  const any = languages.indexOf(anyLanguage);
  // Several languages may know the same word: it counts once for each concept, as often as in the one that knows it best.
  const counts = new Uint8Array(concepts);
  const perLanguage = new Map<number, Uint8Array>();
  for (const mark of hits.flat()) {
    const language = languageOf(mark);
    if (language !== any && (votes[language] ?? 0) < most * alsoShare) continue;
    let own = perLanguage.get(language);
    if (!own) perLanguage.set(language, (own = new Uint8Array(concepts)));
    const concept = mark % conceptLimit;
    own[concept] = Math.min(255, (own[concept] ?? 0) + 1);
  }
  for (const own of perLanguage.values())
    for (let concept = 0; concept < concepts; concept++)
      counts[concept] = Math.max(counts[concept] ?? 0, own[concept] ?? 0);
  return { counts, language: most > 0 ? languages[votes.indexOf(most)] : undefined };
}

const languageOfFile = (name: string): string => name.split(/[-.]/)[0] ?? name;
const languageOf = (mark: Mark): number => Math.floor(mark / conceptLimit);

function stands({ words: wanted, lastIsStem }: Phrase, words: readonly string[], at: number): boolean {
  return wanted.every((one, offset) => {
    const here = words[at + offset];
    return offset === wanted.length - 1 && lastIsStem ? here?.startsWith(one) : here === one;
  });
}

function entriesOf(text: string, language: number): { language: number; concept: string; item: string }[] {
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

function add(hits: (readonly Mark[])[], marks: readonly Mark[] | undefined): void {
  if (marks) hits.push(marks);
}
