const opening = '<think>';
const closing = '</think>';

/**
 * Drops `<think>…</think>` from streamed text, also when a tag is split over pieces and when it is never closed, and
 * the white space before the first word, which small models leave behind after thinking.
 */
export interface ThinkFilter {
  /** The part of the text so far that can be shown now. */
  push(text: string): string;
  /** What was held back as the possible beginning of a tag. */
  end(): string;
}

export function createThinkFilter(): ThinkFilter {
  let held = '';
  let thinking = false;
  let spoken = false;

  const show = (text: string): string => {
    const shown = spoken ? text : text.trimStart();
    spoken ||= shown !== '';
    return shown;
  };

  return {
    push(text) {
      let rest = held + text;
      let shown = '';
      for (;;) {
        const tag = thinking ? closing : opening;
        const at = rest.indexOf(tag);
        if (at < 0) {
          const kept = tailThatMayBegin(tag, rest);
          if (!thinking) shown += show(rest.slice(0, rest.length - kept));
          held = rest.slice(rest.length - kept);
          return shown;
        }
        if (!thinking) shown += show(rest.slice(0, at));
        rest = rest.slice(at + tag.length);
        thinking = !thinking;
      }
    },
    end() {
      const rest = thinking ? '' : show(held);
      held = '';
      return rest;
    },
  };
}

/** How many characters at the end of the text could be the beginning of the tag. */
function tailThatMayBegin(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--)
    if (tag.startsWith(text.slice(text.length - length))) return length;
  return 0;
}
