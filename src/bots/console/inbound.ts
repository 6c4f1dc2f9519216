import type { AttachmentRef } from '../../core/contracts/chat.ts';
import { type FileLookup, findFiles } from './file-paths.ts';

/** What a submitted text means, before it gets the keys of an event. */
export type Submitted =
  | { readonly kind: 'command'; readonly name: string; readonly input: string }
  | { readonly kind: 'message'; readonly text: string; readonly attachments: readonly AttachmentRef[] };

/** Looking for files in a long paste would cost a look at the disk for every path in it. */
const searchedCharacters = 4_000;

/**
 * `/name rest` is a command unless it names a file, `//…` a message that begins with a slash, everything else a
 * message. What names an existing file becomes an attachment; the text stays as it was typed. Files are looked for in
 * `typed` alone, since a pasted log may name files that nobody meant to send.
 */
export function readSubmitted(text: string, files: FileLookup, typed = text): Submitted {
  const trimmed = text.trim();
  const command = /^\/([A-Za-z][\w-]*)(?:\s+([\s\S]*))?$/.exec(trimmed);
  if (command?.[1] && !files.fileAt(trimmed))
    return { kind: 'command', name: command[1].toLowerCase(), input: command[2]?.trim() ?? '' };
  return {
    kind: 'message',
    text: text.startsWith('//') ? text.slice(1) : text,
    attachments: findFiles(typed.slice(0, searchedCharacters), files),
  };
}
