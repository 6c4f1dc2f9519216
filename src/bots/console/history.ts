import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const mostEntries = 500;
/** A pasted book is not worth keeping among the lines typed. */
const longestKept = 20_000;
const ownerOnly = 0o600;

export interface History {
  /** The entry before the one shown; `draft` is kept to come back to. */
  older(draft: string): string | undefined;
  newer(): string | undefined;
  /** Remembers a sent text and starts again from the newest. Throws when the file cannot be written. */
  add(text: string): void;
}

/**
 * What was sent before, newest last, one JSON string a line in `file` (so that entries of many lines survive),
 * readable by its owner alone. Without a file it lasts as long as the process.
 */
export function createHistory(file: string | undefined): History {
  const entries = file === undefined ? [] : load(file);
  let position = entries.length;
  let unsent = '';

  return {
    older(draft) {
      if (position === 0) return undefined;
      if (position === entries.length) unsent = draft;
      position -= 1;
      return entries[position];
    },
    newer() {
      if (position >= entries.length) return undefined;
      position += 1;
      return position === entries.length ? unsent : entries[position];
    },
    add(text) {
      const isNew = text !== entries.at(-1) && text.length <= longestKept;
      if (isNew) entries.push(text);
      if (entries.length > mostEntries) entries.shift();
      position = entries.length;
      if (isNew && file !== undefined) appendFileSync(file, `${JSON.stringify(text)}\n`, { mode: ownerOnly });
    },
  };
}

/** What cannot be read (another owner's, a folder) is no history; the chat opens all the same. */
function load(file: string): string[] {
  try {
    return read(file);
  } catch {
    return [];
  }
}

function read(file: string): string[] {
  if (!existsSync(file)) return [];
  chmodSync(file, ownerOnly);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const entries = lines.flatMap(entryOf).slice(-mostEntries);
  if (lines.length > mostEntries) {
    const next = `${file}.next`;
    writeFileSync(next, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: ownerOnly });
    renameSync(next, file);
  }
  return entries;
}

/** A line cut off by a full disk is no entry. */
function entryOf(line: string): string[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'string' ? [entry] : [];
  } catch {
    return [];
  }
}
