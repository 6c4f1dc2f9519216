import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttachmentRef } from '../../core/contracts/chat.ts';

/** The file system as far as a typed text needs it. */
export interface FileLookup {
  readonly cwd: string;
  readonly home: string;
  /** The size of the regular file at an absolute path; undefined where there is none. */
  fileAt(absolutePath: string): { readonly sizeBytes: number } | undefined;
}

/** So that a long text cannot cost thousands of looks at the disk. */
const mostCandidates = 200;

/** A quoted text, or a word in which a backslash keeps the next character (`my\ file.txt`). */
const token = /(?<=^|[\s(])(@?)(?:"([^"\n]+)"|'([^'\n]+)'|((?:\\.|[^\s\\"'(])(?:\\.|[^\s\\])*))/g;
const trailingPunctuation = /[.,;:!?)\]]+$/;

/** Every regular file that a text names by a path: quoted or not, `~/…`, `/…`, `./…`, `../…`, `file://…`, `@…`. */
export function findFiles(text: string, files: FileLookup): AttachmentRef[] {
  const found = new Map<string, AttachmentRef>();
  let candidates = 0;
  for (const match of text.matchAll(token)) {
    const [, at, double, single, word] = match;
    const isMarked = at === '@' || word?.startsWith('@') === true;
    const spelled = double ?? single ?? unescape(word ?? '').replace(/^@/, '');
    if (!isMarked && !/^(?:\/|~\/|\.\.?\/|file:\/\/)/.test(spelled)) continue;
    candidates += 1;
    if (candidates > mostCandidates) break;
    const spellings = word === undefined ? [spelled] : [spelled, spelled.replace(trailingPunctuation, '')];
    const file = spellings.map((spelling) => lookUp(spelling, files)).find((ref) => ref !== undefined);
    if (file) found.set(file.nativeId, file);
  }
  return [...found.values()];
}

const unescape = (word: string): string => word.replaceAll(/\\(.)/g, '$1');

function lookUp(spelled: string, files: FileLookup): AttachmentRef | undefined {
  const path = absolutePath(spelled, files);
  const file = path === undefined ? undefined : files.fileAt(path);
  return path === undefined || file === undefined
    ? undefined
    : { nativeId: path, name: basename(path), sizeBytes: file.sizeBytes };
}

function absolutePath(spelled: string, { cwd, home }: FileLookup): string | undefined {
  if (spelled === '' || spelled.includes('\0')) return undefined;
  if (spelled.startsWith('~/')) return resolve(home, spelled.slice(2));
  if (!spelled.startsWith('file://')) return resolve(cwd, spelled);
  try {
    return fileURLToPath(spelled);
  } catch {
    // An address of another machine, or no path at all.
    return undefined;
  }
}
