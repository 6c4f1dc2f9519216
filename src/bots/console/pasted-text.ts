import { visibleText } from '../../core/chat/visible-text.ts';

/** Private-use characters that stand for pasted texts in the edit line; nothing typed can contain them. */
const firstStandIn = 0x10f000;
const standIns = /[\u{10f000}-\u{10fffd}]/gu;
const standInCount = 0xffd;

const longestInline = 200;

export interface PastedTexts {
  /** What goes into the edit line: the text itself where it is short and of one line, else one stand-in character. */
  insert(text: string): string;
  /** What a key typed: as it is, since a character may come in several pieces, but never a stand-in. */
  typed(text: string): string;
  /** The edit line with the real texts in place. */
  expand(line: string): string;
  /** The edit line as it is shown: `[pasted 12 lines]` for a stand-in. */
  show(line: string): string;
  clear(): void;
}

/**
 * Pasted blocks, each one character in the edit line: the cursor steps over it, one backspace takes it out, and no
 * text that a person types can be mistaken for it.
 */
export function createPastedTexts(): PastedTexts {
  const texts = new Map<string, string>();
  let count = 0;

  const label = (text: string): string => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > 1 ? `[pasted ${lines} lines]` : `[pasted ${text.length} characters]`;
  };

  return {
    insert(text) {
      const line = text.replace(/\n+$/, '');
      if (line.length <= longestInline && !line.includes('\n'))
        return visibleText(line).replaceAll(standIns, '').replaceAll('\t', ' ');
      const standIn = String.fromCodePoint(firstStandIn + (count % standInCount));
      count += 1;
      texts.set(standIn, text);
      return standIn;
    },
    typed: (text) => text.replaceAll(standIns, ''),
    expand: (line) => line.replaceAll(standIns, (standIn) => texts.get(standIn) ?? ''),
    // A line from the history may hold what was pasted: controls are for the model, never for the terminal.
    show: (line) =>
      visibleText(line).replaceAll(standIns, (standIn) => {
        const text = texts.get(standIn);
        return text === undefined ? '' : label(text);
      }),
    clear: () => texts.clear(),
  };
}
