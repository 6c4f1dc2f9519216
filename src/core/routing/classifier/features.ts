import type { MessageToRoute } from '../../contracts/routing.ts';
import type { Cues } from './cues.ts';
import { featureKey, type Sparse } from './feature-key.ts';
import type { LanguageGuess } from './language.ts';
import { shapeNames, shapesOf } from './shapes.ts';
import { foldText, spaceless, wordsOf } from './words.ts';

/** What a message shows. */
export interface Features extends Sparse {
  readonly cueCounts: Uint8Array;
  readonly words: readonly string[];
  readonly language: string | undefined;
}

/** Whatever comes after is more of the same: a pasted log is known by its beginning and its end. */
const headCharacters = 2_400;
const tailCharacters = 800;
const contextCharacters = 600;
const lettersWeight = 1;
const wordsWeight = 1.6;
const cuesWeight = 0.5;
const pairsWeight = 0.1;
const contextWeight = 0.5;
const longWords = 25;
const fewestAskWords = 4;
const askWeight = 0.5;
const sentenceEnd = /(?<=[.!?。！？؟।])\s+|(?<=[。！？])|\n+/u;

/** The features of a message: hashed words and letter groups, cues in its language, shapes, lengths, and its context. */
export function createFeatures(cues: Cues, guess: LanguageGuess): (message: MessageToRoute) => Features {
  return ({ text, context = [] }) => {
    const vector = new Map<number, number>();
    const seen = shortened(text);
    const folded = foldText(seen);
    const words = wordsOf(folded);
    const languages = guess(words);
    const counts = cues.find(folded, words, languages);
    const shapes = shapesOf(seen);

    addGroup(vector, wordFeatures(words), wordsWeight);
    addGroup(vector, letterFeatures(words), lettersWeight);
    addAsk(vector, cues, folded, words.length, languages);
    const marks = [...cueNames(cues, counts), ...shapes.map((shape) => `s:${shapeNames[shape]}`)];
    for (const mark of marks) put(vector, mark, cuesWeight);
    for (const [at, one] of marks.entries())
      for (const other of marks.slice(at + 1)) put(vector, `${one}&${other}`, pairsWeight);
    for (const mark of lengthFeatures(seen, text.length, words, marks)) put(vector, mark, cuesWeight);
    addContext(vector, cues, guess, context, words.length);

    const keys = new Int32Array(vector.size);
    const values = new Float32Array(vector.size);
    let at = 0;
    for (const [key, value] of vector) {
      keys[at] = key;
      values[at++] = value;
    }
    return { keys, values, cueCounts: counts, words, language: languages[0] };
  };
}

function shortened(text: string): string {
  if (text.length <= headCharacters + tailCharacters) return text;
  return `${text.slice(0, headCharacters)}\n${text.slice(-tailCharacters)}`.toWellFormed();
}

function cueNames(cues: Cues, counts: Uint8Array): string[] {
  return cues.concepts.filter((_, index) => counts[index]).map((concept) => `q:${concept}`);
}

function* wordFeatures(words: readonly string[]): Generator<string> {
  for (const [at, word] of words.entries()) {
    const shown = word.length > 24 ? word.slice(0, 24) : word;
    yield `w:${isNumber(shown) ? '#' : shown}`;
    const next = words[at + 1];
    if (next !== undefined) yield `b:${isNumber(shown) ? '#' : shown} ${isNumber(next) ? '#' : next}`;
  }
  yield `^${words[0]}`;
  yield `^${words[0]} ${words[1]}`;
  yield `$${words.at(-1)}`;
}

function* letterFeatures(words: readonly string[]): Generator<string> {
  for (const word of words) {
    if (isNumber(word)) continue;
    const bounded = spaceless.test(word) ? word : `_${word}_`;
    const [shortest, longest] = spaceless.test(word) ? [1, 3] : [3, 5];
    for (let length = shortest; length <= longest; length++)
      for (let at = 0; at + length <= bounded.length; at++) yield `l:${bounded.slice(at, at + length)}`;
  }
}

const isNumber = (word: string): boolean => word.charCodeAt(0) < 58;

/** Rough sizes, the question mark, and how both go together with the rest. */
function lengthFeatures(
  text: string,
  characters: number,
  words: readonly string[],
  marks: readonly string[],
): string[] {
  const size = bucketOf(words.length, [1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 250]);
  const lines = bucketOf(text.split('\n').length, [1, 2, 4, 8, 20]);
  const isQuestion = /[?？؟]/.test(text);
  const numbers = bucketOf(words.filter(isNumber).length, [0, 1, 2, 4, 8]);
  const commas = bucketOf((text.match(/[,;:،、，]/g) ?? []).length, [0, 1, 2, 4, 8]);
  const sentences = bucketOf((text.match(/[.!?。！？؟।](?:\s|$)/g) ?? []).length, [0, 1, 2, 4, 8]);
  return [
    'bias',
    `n:${size}`,
    `n:lines:${lines}`,
    `n:numbers:${numbers}`,
    `n:commas:${commas}:${bucketOf(words.length, [8, 20, 50])}`,
    `n:sentences:${sentences}`,
    `n:huge:${characters > headCharacters + tailCharacters}`,
    `n:question:${isQuestion}`,
    `n:question:${isQuestion}:${bucketOf(words.length, [4, 10, 25, 60])}`,
    `n:marks:${bucketOf(marks.length, [0, 1, 2, 4, 6, 9, 13])}`,
  ];
}

/** The first limit that the number does not exceed. */
function bucketOf(count: number, limits: readonly number[]): number {
  const at = limits.findIndex((limit) => count <= limit);
  return at === -1 ? limits.length : at;
}

/**
 * In a long message the request stands in its last sentence more often than not: that counts again, as if it were a
 * short message of its own.
 */
function addAsk(
  vector: Map<number, number>,
  cues: Cues,
  folded: string,
  wordCount: number,
  languages: readonly string[],
): void {
  if (wordCount < longWords) return;
  const sentences = folded.split(sentenceEnd).filter((sentence) => sentence.trim() !== '');
  const last = wordsOf(sentences.at(-1) ?? '');
  const ask = last.length >= fewestAskWords ? last : wordsOf(sentences.slice(-2).join(' '));
  if (ask.length === 0 || ask.length >= wordCount) return;
  addGroup(vector, wordFeatures(ask), wordsWeight * askWeight);
  addGroup(vector, letterFeatures(ask), lettersWeight * askWeight);
  for (const mark of cueNames(cues, cues.find(sentences.at(-1) ?? '', ask, languages)))
    put(vector, `e:${mark}`, cuesWeight);
}

/** What was spoken of before: it matters the more, the less a message says by itself. */
function addContext(
  vector: Map<number, number>,
  cues: Cues,
  guess: LanguageGuess,
  context: readonly string[],
  wordCount: number,
): void {
  const brevity = bucketOf(wordCount, [4, 8, 14, 25]);
  put(vector, `c:${context.length > 0}:${brevity}`, cuesWeight);
  if (context.length === 0) return;
  const weight = contextWeight * (1 - brevity * 0.18);
  const person = context.filter((_, at) => at % 2 === 0);
  const latest = foldText((person.at(-1) ?? '').slice(0, contextCharacters));
  const latestWords = wordsOf(latest);
  addGroup(vector, prefixed('p', wordFeatures(latestWords)), weight);
  const marks = [
    ...cueNames(cues, cues.find(latest, latestWords, guess(latestWords))),
    ...shapesOf((person.at(-1) ?? '').slice(0, contextCharacters)).map((shape) => `s:${shapeNames[shape]}`),
  ];
  for (const mark of marks) put(vector, `p:${mark}`, weight * 0.7);
  for (const mark of marks) put(vector, `p:${mark}:${brevity}`, weight * 0.7);
  const answer = foldText((context.at(-1) ?? '').slice(0, contextCharacters));
  const answerWords = wordsOf(answer);
  addGroup(vector, prefixed('a', wordFeatures(answerWords)), weight * 0.5);
  for (const mark of cueNames(cues, cues.find(answer, answerWords, guess(answerWords))))
    put(vector, `a:${mark}`, weight * 0.5);
}

function* prefixed(prefix: string, names: Iterable<string>): Generator<string> {
  for (const name of names) yield `${prefix}:${name}`;
}

/** Gives a group of features one length together, so that a long text does not shout. */
function addGroup(vector: Map<number, number>, names: Iterable<string>, weight: number): void {
  const group = new Map<number, number>();
  for (const name of names) {
    const index = featureKey(name);
    group.set(index, (group.get(index) ?? 0) + 1);
  }
  let squares = 0;
  for (const count of group.values()) squares += 1 + Math.log(count);
  const scale = weight / Math.sqrt(Math.max(squares, 1));
  for (const [index, count] of group)
    vector.set(index, (vector.get(index) ?? 0) + scale * Math.sqrt(1 + Math.log(count)));
}

function put(vector: Map<number, number>, name: string, value: number): void {
  const index = featureKey(name);
  vector.set(index, (vector.get(index) ?? 0) + value);
}

/** What a word, or in writing without spaces a pair of letters, is called as a feature. */
export const wordKey = (word: string): number => featureKey(`w:${word}`);
export const pairKey = (pair: string): number => featureKey(`l:${pair}`);
