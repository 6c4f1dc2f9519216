import type { Definition, Nodes, Paragraph, PhrasingContent, Root, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { isCheapToParse } from './markdown-cost.ts';
import { visibleText } from './visible-text.ts';

/** Deeper trees are shown as plain text, so that every renderer may recurse. */
const maximumDepth = 60;

/** HTML blocks would hide Markdown and fences from the reader; without the construct their source is a paragraph. */
const withoutHtmlBlocks = { disable: { null: ['htmlFlow'] } };

/**
 * Markdown with GitHub's extensions as a tree that every platform's renderer can trust:
 * - every string in it is `visibleText`, character references included;
 * - there are no `html` nodes (raw HTML is text), no `linkReference` or `imageReference` (they are links and
 *   images), and no `definition` (an unused one is a paragraph of its source);
 * - it is at most 60 levels deep;
 * - a text that would take the parser seconds is one paragraph of plain text.
 *
 * Offsets in `position` count in `text` as given: pass visible text when they matter.
 */
export function parseMarkdown(text: string): Root {
  if (!isCheapToParse(text)) return plainRoot(text);
  const root = fromMarkdown(text, {
    extensions: [gfm(), withoutHtmlBlocks],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const definitions = survey(root);
  if (definitions === 'too-deep') return plainRoot(text);
  const used = new Set<string>();
  finishChildren(root, definitions, used);
  settleDefinitions(root, used);
  return root;
}

function plainRoot(text: string): Root {
  const paragraph: Paragraph = {
    type: 'paragraph',
    children: [{ type: 'text', value: visibleText(text) }],
    position: { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: text.length } },
  };
  return { type: 'root', children: [paragraph] };
}

/** First definition of each identifier. Without recursion: the depth is what it finds out. */
function survey(root: Root): Map<string, Definition> | 'too-deep' {
  const definitions = new Map<string, Definition>();
  const waiting: { node: Nodes; depth: number }[] = [{ node: root, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.depth > maximumDepth) return 'too-deep';
    if (next.node.type === 'definition') {
      const earlier = definitions.get(next.node.identifier);
      const isFirst = (earlier?.position?.start.offset ?? Infinity) > (next.node.position?.start.offset ?? 0);
      if (isFirst) definitions.set(next.node.identifier, next.node);
    }
    if ('children' in next.node)
      for (const node of next.node.children) waiting.push({ node, depth: next.depth + 1 });
  }
  return definitions;
}

const textFields = ['value', 'alt', 'title', 'url', 'label', 'lang', 'meta'] as const;

function finishChildren(parent: Nodes, definitions: Map<string, Definition>, used: Set<string>): void {
  if (!('children' in parent)) return;
  const children = parent.children as Nodes[];
  for (const [index, child] of children.entries()) {
    const finished = finish(child, definitions, used);
    const fields = finished as Partial<Record<(typeof textFields)[number], string | null>>;
    for (const field of textFields) {
      const value = fields[field];
      if (typeof value === 'string') fields[field] = visibleText(value);
    }
    finishChildren(finished, definitions, used);
    children[index] = finished;
  }
}

function finish(node: Nodes, definitions: Map<string, Definition>, used: Set<string>): Nodes {
  const place = node.position && { position: node.position };
  if (node.type === 'html') return { type: 'text', value: node.value, ...place };
  if (node.type !== 'linkReference' && node.type !== 'imageReference') return node;
  const definition = definitions.get(node.identifier);
  used.add(node.identifier);
  const target = { url: definition?.url ?? '', title: definition?.title ?? null, ...place };
  return node.type === 'linkReference'
    ? { type: 'link', children: node.children, ...target }
    : { type: 'image', alt: node.alt ?? '', ...target };
}

function settleDefinitions(parent: Nodes, used: Set<string>): void {
  if (!('children' in parent)) return;
  const children = (parent.children as Nodes[]).filter(
    (child) => child.type !== 'definition' || !used.has(child.identifier),
  );
  parent.children = children.map((child) => {
    if (child.type !== 'definition') return child;
    const source = `[${child.label ?? child.identifier}]: ${child.url}${child.title ? ` "${child.title}"` : ''}`;
    const text: PhrasingContent = { type: 'text', value: source };
    return { type: 'paragraph', children: [text], ...(child.position && { position: child.position }) };
  }) as typeof parent.children;
  for (const child of parent.children) settleDefinitions(child, used);
}

/** One block of a text with where it stands: `start` is the beginning of its first line. */
export interface SourceBlock {
  readonly node: RootContent;
  readonly start: number;
  readonly end: number;
}

/** The top-level blocks of a parsed text, for cutting between them. */
export function topLevelBlocks(root: Root): SourceBlock[] {
  return root.children.map((node) => ({
    node,
    start: (node.position?.start.offset ?? 0) - ((node.position?.start.column ?? 1) - 1),
    end: node.position?.end.offset ?? 0,
  }));
}

const phrasingParents = new Set([
  'paragraph',
  'heading',
  'tableCell',
  'emphasis',
  'strong',
  'delete',
  'link',
]);

/** What a node says, without its form: blocks on lines of their own, pictures as their description. */
export function plainText(node: Nodes): string {
  if (node.type === 'break') return '\n';
  if (node.type === 'image') return node.alt ?? '';
  if (node.type === 'footnoteReference') return `[^${node.label ?? node.identifier}]`;
  if ('value' in node) return node.value;
  if (!('children' in node)) return '';
  const separator = node.type === 'tableRow' ? '\t' : phrasingParents.has(node.type) ? '' : '\n';
  return node.children.map(plainText).join(separator);
}
