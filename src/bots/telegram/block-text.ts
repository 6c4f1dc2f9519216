import type { BlockContent, Code, DefinitionContent, List, ListItem, RootContent } from 'mdast';
import { writeInline } from './inline-text.ts';
import type { PlainText } from './part.ts';
import { writeTable } from './table-text.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';

const indent = '   ';

/** One block as text with entities: what stands between two empty lines. */
export function blockText(node: RootContent): PlainText {
  const builder = createTextBuilder();
  writeBlock(node, builder, false);
  return builder.built();
}

function writeBlock(node: RootContent, to: TextBuilder, inQuote: boolean): void {
  switch (node.type) {
    case 'paragraph':
      writeInline(node.children, to);
      return;
    case 'heading':
      to.marked({ type: 'bold' }, () => writeInline(node.children, to));
      return;
    case 'code':
      to.marked(codeMark(node), () => to.literal(codeText(node)));
      return;
    case 'list':
      writeList(node, to, inQuote);
      return;
    case 'blockquote':
      // Quotes of Telegram hold no quotes.
      if (inQuote) to.insert(prefixed(innerText(node.children, true)), '│ ');
      else to.marked({ type: 'blockquote' }, () => to.insert(innerText(node.children, true)));
      return;
    case 'table':
      writeTable(node, to);
      return;
    case 'thematicBreak':
      to.literal('———');
      return;
    case 'footnoteDefinition':
      to.literal(`[${node.label ?? node.identifier}] `);
      to.insert(innerText(node.children, inQuote));
      return;
    default:
      if ('children' in node || !('value' in node)) return;
      to.words(node.value);
  }
}

export const codeMark = (node: Code): { type: 'pre'; language?: string } => ({
  type: 'pre',
  ...(node.lang && { language: node.lang.slice(0, 30) }),
});

/** Telegram makes a single blank of each tab. */
export const codeText = (node: Code): string => node.value.replaceAll('\t', '    ') || ' ';

const prefixed = ({ text, entities }: PlainText): PlainText => ({
  text: `│ ${text}`,
  entities: entities.map((entity) => ({ ...entity, offset: entity.offset + 2 })),
});

function innerText(
  nodes: readonly (BlockContent | DefinitionContent)[],
  inQuote: boolean,
  separator = '\n\n',
): PlainText {
  const builder = createTextBuilder();
  for (const [index, node] of nodes.entries()) {
    if (index > 0) builder.literal(separator);
    writeBlock(node, builder, inQuote);
  }
  return builder.built();
}

function writeList(list: List, to: TextBuilder, inQuote: boolean): void {
  const first = list.start ?? 1;
  for (const [index, item] of list.children.entries()) {
    if (index > 0) to.literal(list.spread ? '\n\n' : '\n');
    to.literal(`${labelOf(item, list.ordered ? `${first + index}.` : '•')} `);
    to.insert(innerText(item.children, inQuote, item.spread ? '\n\n' : '\n'), indent);
  }
}

export function labelOf(item: ListItem, label: string): string {
  if (item.checked === undefined || item.checked === null) return label;
  return item.checked ? '☑' : '☐';
}
