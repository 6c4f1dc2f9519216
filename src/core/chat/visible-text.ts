const lineBreak = /\r\n?|[\u0085\u2028\u2029]/g;

/** A colour or cursor command of a terminal: taken out whole, so that no `[31m` is left standing. */
const controlSequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g;

/** Controls but tab and newline; soft hyphen, zero-width, bidirectional, filler, annotation and tag characters. */
const unseen =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;

/** Joiners belong between letters of scripts that join, or between emoji: never after ASCII, never two in a row. */
const strayJoiner = /(?<![^\0-\x7f\u200c\u200d])[\u200c\u200d]/gu;

/** One selector may follow a keycap base or a non-ASCII character; chains of them carry hidden bytes. */
const straySelector =
  /(?<![0-9#*]|[^\0-\x7f\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}])[\ufe00-\ufe0f]|(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]/gu;

/** Plain text of any language passes this at once: one scan instead of five. */
const suspicious =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]/;

/**
 * Text from a model, a page or a stranger, made safe to show anywhere: what is left is what a person sees.
 *
 * Line ends become `\n`. Terminal control sequences go as a whole; every other C0 and C1 control but tab and
 * newline goes alone, so an ESC can never reach a terminal. Bidirectional controls, zero-width and other format
 * characters without an image go. Joiners and variation selectors stay where emoji and scripts need them. A lone
 * surrogate becomes U+FFFD.
 *
 * Works line by line: the visible text of a longer text begins with that of its finished lines. Linear time.
 */
export function visibleText(text: string): string {
  if (!suspicious.test(text)) return text;
  return text
    .toWellFormed()
    .replace(lineBreak, '\n')
    .replace(controlSequence, '')
    .replace(unseen, '')
    .replace(strayJoiner, '')
    .replace(straySelector, '');
}
