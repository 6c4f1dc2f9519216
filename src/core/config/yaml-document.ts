import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Pair, YAMLError } from 'yaml';
import type { ConfigProblem } from './app-config.ts';
import { formatKeyPath, type KeyPath } from './key-path.ts';
import { describeValue } from './problems.ts';

export interface YamlDocument {
  /** The data, undefined when the text is not YAML; an empty file is an empty group. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** `config/steward.yaml:12`: where the key stands, or what is nearest above it when it is missing. */
  where(path: KeyPath): string;
}

/** Parses YAML and remembers the place of every key. `name` is how problems call the file. */
export function parseYaml(text: string, name: string): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // What it would print is a problem here.
    logLevel: 'error',
  });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const lastOffset = Math.max(0, text.trimEnd().length - 1);
  const problems = [...document.errors, ...document.warnings].map((fault) => {
    // What is never closed is missed at the end, behind the last line that there is to show.
    const offset = Math.min(fault.pos[0], lastOffset);
    return syntaxProblem(fault, offset, text, `${name}:${lineAt(offset)}`, document);
  });
  const isBroken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  const data = isBroken ? { value: undefined } : toData(document, name);
  return {
    value: data.value,
    problems: data.problem ? [...problems, data.problem] : problems,
    where(path) {
      const offset = offsetOf(document, path);
      return offset === undefined ? name : `${name}:${lineAt(offset)}`;
    },
  };
}

function toData(document: Document, name: string): { value: unknown; problem?: ConfigProblem } {
  try {
    return { value: document.toJS() ?? {} };
  } catch (error) {
    const expected = 'aliases (*name) that have an anchor (&name) before them, and not too many of them';
    const seen = error instanceof Error ? error.message : String(error);
    const remedy = 'Write the value out instead of the alias, or put it in quotes if the * belongs to it.';
    return { value: undefined, problem: { where: name, key: 'YAML', seen, expected, remedy } };
  }
}

function syntaxProblem(
  fault: YAMLError,
  offset: number,
  text: string,
  where: string,
  document: Document,
): ConfigProblem {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const [line = ''] = text.slice(start).split('\n');
  const seen = describeValue(line.trim()) ?? '';
  if (fault.code === 'DUPLICATE_KEY') {
    const expected = 'each key once';
    const remedy = 'Remove one of the two lines.';
    return { where, key: formatKeyPath(keyPathAt(document, offset)), seen, expected, remedy };
  }
  const [message = ''] = fault.message.split(/ at line \d+|\n/);
  return {
    where,
    key: 'YAML',
    seen,
    expected: `valid YAML; the parser says: ${message}`,
    remedy: remedies[fault.code] ?? 'Compare the line and the one above it with the file as it shipped.',
  };
}

const remedies: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_INDENT: 'Give all keys of one group the same number of spaces in front.',
  TAB_AS_INDENT: 'Replace the tab by spaces.',
  MULTIPLE_DOCS: 'Remove the line --- and keep one document.',
  MISSING_CHAR: 'Close the quote or bracket, or put a space after the colon.',
  BLOCK_AS_IMPLICIT_KEY: 'Put the value in quotes if it contains a colon, or check the spaces in front.',
};

function keyPathAt(document: Document, offset: number): KeyPath {
  let found: KeyPath = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      found = [...ancestors.filter((node): node is Pair => 'key' in node), pair].map(keyOf);
      return visit.BREAK;
    },
  });
  return found;
}

function offsetOf(document: Document, path: KeyPath): number | undefined {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0];
  for (const key of path) {
    if (isMap(node)) {
      // Of a key given twice the last one counts, as in the data.
      const pair = node.items.findLast((item) => keyOf(item) === String(key));
      if (!pair) return offset;
      if (isScalar(pair.key) && pair.key.range) [offset] = pair.key.range;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

const keyOf = (pair: Pair): string => String(isScalar(pair.key) ? pair.key.value : pair.key);
