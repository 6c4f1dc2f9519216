import { visibleText } from '../../chat/visible-text.ts';

/** Letters that no decomposition takes apart, and two that people type either way. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ё: 'е',
  ґ: 'г',
};

/** Marks are part of the letter in Devanagari or kana, and optional in Latin, Greek and Arabic writing. */
const optionalMark = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Arabic}])\p{M}+/gu;
const special = new RegExp(`[${Object.keys(plainLetters).join('')}]`, 'g');
const ascii = /^[\0-\x7f]*$/;

/**
 * Text as it is compared: what a person sees of it, lower case, without accents, one width of letters. `İstanbul` and
 * `istanbul`, `cafe` and `café` are the same; hidden characters inside a word are gone.
 */
export function foldText(text: string): string {
  if (ascii.test(text)) return visibleText(text).toLowerCase();
  return visibleText(text)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(optionalMark, '')
    .normalize('NFC')
    .replace(special, (letter) => plainLetters[letter] ?? letter);
}

const inWordApostrophe = /(?<=\p{L})['’ʼ](?=\p{L})/gu;
const wordOrNumber = /[\p{L}\p{M}]+|\p{N}+/gu;

/** The words and numbers of a folded text in order. Writing without spaces gives runs, not words. */
export function wordsOf(folded: string): string[] {
  return folded.replace(inWordApostrophe, '').match(wordOrNumber) ?? [];
}

/** Scripts that put no spaces between words. */
export const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
