import type { InputRichBlock, InputRichBlockListItem, RichBlockTableCell } from 'grammy/types';
import type { List, ListItem, RootContent, Table } from 'mdast';
import { codeText } from './block-text.ts';
import { richInline } from './rich-inline.ts';

/** A block of Markdown as blocks of a rich message. */
export function richBlocks(node: RootContent): InputRichBlock[] {
  switch (node.type) {
    case 'paragraph':
      return [{ type: 'paragraph', text: richInline(node.children) }];
    case 'heading':
      return [{ type: 'heading', size: node.depth, text: richInline(node.children) }];
    case 'code':
      return [{ type: 'pre', text: codeText(node), ...(node.lang && { language: node.lang.slice(0, 30) }) }];
    case 'list':
      return [{ type: 'list', items: node.children.map((item, index) => listItem(node, item, index)) }];
    case 'blockquote':
      return [{ type: 'blockquote', blocks: node.children.flatMap(richBlocks) }];
    case 'table':
      return [richTable(node)];
    case 'thematicBreak':
      return [{ type: 'divider' }];
    case 'footnoteDefinition':
      return [
        { type: 'paragraph', text: `[${node.label ?? node.identifier}]` },
        ...node.children.flatMap(richBlocks),
      ];
    default:
      return 'value' in node
        ? [{ type: 'paragraph', text: richInline([{ type: 'text', value: node.value }]) }]
        : [];
  }
}

function listItem(list: List, item: ListItem, index: number): InputRichBlockListItem {
  const isTask = item.checked === true || item.checked === false;
  return {
    blocks: item.children.flatMap(richBlocks),
    ...(list.ordered && { type: '1', value: (list.start ?? 1) + index }),
    ...(isTask && { has_checkbox: true }),
    ...(item.checked === true && { is_checked: true }),
  };
}

function richTable(table: Table): InputRichBlock {
  const columns = Math.max(...table.children.map((row) => row.children.length));
  return {
    type: 'table',
    is_bordered: true,
    cells: table.children.map((row, line) =>
      Array.from(
        { length: columns },
        (_, column): RichBlockTableCell => ({
          text: richInline(row.children[column]?.children ?? []),
          ...(line === 0 && { is_header: true }),
          align: table.align?.[column] ?? 'left',
          valign: 'top',
        }),
      ),
    ),
  };
}
