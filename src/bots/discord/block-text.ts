import type { BlockContent, DefinitionContent, List, ListItem, RootContent, Table } from 'mdast';
import { alignedTable, tableWidth } from '../../core/chat/aligned-table.ts';
import { plainText } from '../../core/chat/markdown.ts';
import { inertLines, inertText, inlineText } from './inline-text.ts';

/** What a phone shows of fixed width without a wrap, and some. */
const widestTable = 48;
const shownHeadings = 3;

/** A block in Discord's own Markdown. Empty for one without anything to see. */
export function blockText(node: RootContent): string {
  switch (node.type) {
    case 'paragraph':
      return inertLines(inlineText(node.children));
    case 'heading': {
      const text = inlineText(node.children).replaceAll('\n', ' ');
      return node.depth <= shownHeadings ? `${'#'.repeat(node.depth)} ${text}` : `**${text}**`;
    }
    case 'code':
      return fence(node.value, node.lang ?? '');
    case 'blockquote':
      return prefixed(blocksText(node.children), '> ', '> ');
    case 'list':
      return listText(node);
    case 'table':
      return tableText(node);
    case 'thematicBreak':
      return '────────';
    case 'footnoteDefinition':
      return `[${inertText(node.label ?? node.identifier)}] ${blocksText(node.children)}`;
    default:
      return inertLines(inertText(plainText(node)));
  }
}

/** Fenced code; a fence inside it is broken up. */
export function fence(code: string, language: string): string {
  const name = /^[\w+#.-]{1,20}$/.exec(language)?.[0] ?? '';
  return `\`\`\`${name}\n${code.replaceAll('```', '`\u2060`\u2060`')}\n\`\`\``;
}

const blocksText = (nodes: readonly (BlockContent | DefinitionContent)[]): string =>
  nodes.map(blockText).join('\n');

function listText(list: List): string {
  return list.children
    .map((item, index) => {
      const sign = list.ordered ? `${(list.start ?? 1) + index}. ` : '- ';
      return prefixed(itemText(item), sign, ' '.repeat(sign.length));
    })
    .join('\n');
}

function itemText(item: ListItem): string {
  const box = typeof item.checked === 'boolean' ? (item.checked ? '☑ ' : '☐ ') : '';
  return box + blocksText(item.children);
}

const prefixed = (text: string, first: string, others: string): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : others) + line)
    .join('\n');

/** Aligned columns where they fit, else row by row, each value behind its heading. */
function tableText(table: Table): string {
  const rows = table.children.map((row) =>
    row.children.map((cell) => plainText(cell).replaceAll(/\s+/g, ' ').trim()),
  );
  if (tableWidth(rows) <= widestTable) return fence(alignedTable(rows, table.align ?? []).join('\n'), '');
  const [head, ...body] = table.children;
  return body
    .map((row) =>
      row.children
        .map((cell, column) => {
          const title = inlineText(head?.children[column]?.children ?? []);
          return `${title === '' ? '' : `**${title}**: `}${inlineText(cell.children)}`;
        })
        .join('\n'),
    )
    .join('\n\n');
}
