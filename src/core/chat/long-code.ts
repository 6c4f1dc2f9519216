import type { Code, Paragraph, RootContent } from 'mdast';

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

export interface Section {
  readonly nodes: RootContent[];
  /** Follows the nodes. */
  readonly file?: CodeFile;
}

/**
 * Code that nobody reads in a chat goes as a file: beyond 60 lines, a diff beyond 25 changed ones. Cuts after each of
 * them; where it stood, a line names it.
 */
export function sectionsOf(nodes: readonly RootContent[]): Section[] {
  const sections: Section[] = [];
  let open: RootContent[] = [];
  for (const node of nodes) {
    if (!isLongCode(node)) {
      open.push(node);
      continue;
    }
    const file = codeFile(node, sections.length + 1);
    sections.push({ nodes: [...open, paragraph(file.lead)], file });
    open = [];
  }
  return open.length > 0 ? [...sections, { nodes: open }] : sections;
}

const paragraph = (text: string): Paragraph => ({
  type: 'paragraph',
  children: [{ type: 'text', value: text }],
});

function isLongCode(node: RootContent): node is Code {
  if (node.type !== 'code') return false;
  const lines = node.value.split('\n');
  if (lines.length > maximumLines) return true;
  const isDiff = extensions[(node.lang ?? '').toLowerCase()] === 'diff';
  return isDiff && lines.filter((line) => /^[-+](?![-+]{2})/.test(line)).length > maximumChangedLines;
}

/** `number` tells files of one message apart. */
function codeFile(node: Code, number: number): CodeFile {
  const extension = extensions[(node.lang ?? '').toLowerCase()] ?? 'txt';
  const name = `code${number > 1 ? `-${number}` : ''}.${extension}`;
  const lines = node.value.split('\n').length;
  return { name, content: `${node.value}\n`, lead: `📎 ${name}, ${lines} lines` };
}
