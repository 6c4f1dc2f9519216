import type { Code, RootContent } from 'mdast';

const maximumLines = 60;
const maximumChangedLines = 25;

const extensions: Readonly<Record<string, string>> = {
  bash: 'sh',
  csharp: 'cs',
  css: 'css',
  diff: 'diff',
  go: 'go',
  html: 'html',
  java: 'java',
  javascript: 'js',
  js: 'js',
  json: 'json',
  jsx: 'jsx',
  kotlin: 'kt',
  markdown: 'md',
  md: 'md',
  patch: 'diff',
  php: 'php',
  py: 'py',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  sh: 'sh',
  sql: 'sql',
  swift: 'swift',
  toml: 'toml',
  ts: 'ts',
  tsx: 'tsx',
  typescript: 'ts',
  xml: 'xml',
  yaml: 'yaml',
  yml: 'yml',
};

export interface CodeFile {
  readonly name: string;
  readonly content: string;
  /** What is said about it where it stood. */
  readonly lead: string;
}

/** Code that nobody reads in a chat goes as a file: beyond 60 lines, a diff beyond 25 changed ones. */
export function isLongCode(node: RootContent): node is Code {
  if (node.type !== 'code') return false;
  const lines = node.value.split('\n');
  if (lines.length > maximumLines) return true;
  const isDiff = extensions[(node.lang ?? '').toLowerCase()] === 'diff';
  return isDiff && lines.filter((line) => /^[-+](?![-+]{2})/.test(line)).length > maximumChangedLines;
}

/** `number` tells files of one message apart. */
export function codeFile(node: Code, number: number): CodeFile {
  const extension = extensions[(node.lang ?? '').toLowerCase()] ?? 'txt';
  const name = `code${number > 1 ? `-${number}` : ''}.${extension}`;
  const lines = node.value.split('\n').length;
  return { name, content: `${node.value}\n`, lead: `📎 ${name}, ${lines} lines` };
}
