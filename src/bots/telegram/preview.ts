import type { PlainText } from './part.ts';
import { renderMessage } from './render.ts';

/** What of a growing answer is shown: its newest message, which is what a person follows. Empty as long as it has no text. */
export function previewOf(markdown: string): PlainText {
  const parts = markdown === '' ? [] : renderMessage({ markdown });
  const messages = parts.flatMap((part) => (part.kind === 'text' ? part.plain : []));
  return messages.at(-1) ?? { text: '', entities: [] };
}
