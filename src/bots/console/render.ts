import type { List, Nodes, RootContent } from 'mdast';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { parseMarkdown } from '../../core/chat/markdown.ts';
import { renderInline } from './render-inline.ts';
import { renderTable } from './render-table.ts';
import type { RenderOptions } from './style.ts';

/** Markdown as lines for a terminal, without escape sequences but those of our own style. */
export function renderMarkdown(markdown: string, options: RenderOptions): string[] {
  return renderBlocks(parseMarkdown(markdown).children, options);
}

const codeIndent = '    ';
const widestRule = 40;
const narrowest = 12;

function renderBlocks(nodes: readonly RootContent[], options: RenderOptions): string[] {
  return nodes.flatMap((node, index) => [...(index > 0 ? [''] : []), ...renderBlock(node, options)]);
}

function renderBlock(node: RootContent, options: RenderOptions): string[] {
  const { style, width } = options;
  switch (node.type) {
    case 'heading':
      return wrap(style.paint('bold', renderInline(node.children, style)), width);
    case 'paragraph':
      return wrap(renderInline(node.children, style), width);
    case 'code':
      return [
        ...(node.lang ? [codeIndent + style.paint('dim', node.lang)] : []),
        ...node.value.split('\n').map((line) => codeIndent + style.paint('cyan', line)),
      ];
    case 'blockquote':
      return renderBlocks(node.children, narrower(options, 2)).map(
        (line) => `${style.paint('dim', '│')} ${line}`,
      );
    case 'list':
      return renderList(node, options);
    case 'table':
      return renderTable(node, options);
    case 'thematicBreak':
      return [style.paint('dim', '─'.repeat(Math.min(width, widestRule)))];
    case 'footnoteDefinition':
      return hang(`[^${node.label ?? node.identifier}] `, renderBlocks(node.children, narrower(options, 5)));
    default:
      return wrap(renderInline([node satisfies Nodes], style), width);
  }
}

const narrower = (options: RenderOptions, columns: number): RenderOptions => ({
  ...options,
  width: Math.max(narrowest, options.width - columns),
});

/** A word longer than the window is left to the terminal to fold: an address stays one piece when it is copied. */
const wrap = (text: string, width: number): string[] =>
  (Number.isFinite(width) ? wrapAnsi(text, width, { trim: false }) : text).split('\n');

/** The mark before the first line, its width in blanks before the others. */
const hang = (mark: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => (index === 0 ? mark : ' '.repeat(stringWidth(mark))) + line);

function renderList(list: List, options: RenderOptions): string[] {
  const start = list.start ?? 1;
  return list.children.flatMap((item, index) => {
    const box = item.checked === true ? '☑ ' : item.checked === false ? '☐ ' : '';
    const mark = `${list.ordered ? `${start + index}.` : '•'} ${box}`;
    const inner = narrower(options, stringWidth(mark));
    // Within an item a list follows its sentence without a blank line.
    const lines = item.children.flatMap((child, at) => [
      ...(at > 0 && child.type !== 'list' ? [''] : []),
      ...renderBlock(child, inner),
    ]);
    return hang(mark, lines.length > 0 ? lines : ['']);
  });
}
