import type { Image, Link, Nodes } from 'mdast';
import { plainText } from '../../core/chat/markdown.ts';
import type { Style } from './style.ts';

/** Running text with its emphasis. Every link and picture shows its address, so that none can be disguised. */
export function renderInline(nodes: readonly Nodes[], style: Style): string {
  return nodes.map((node) => inline(node, style)).join('');
}

function inline(node: Nodes, style: Style): string {
  switch (node.type) {
    case 'strong':
      return style.paint('bold', renderInline(node.children, style));
    case 'emphasis':
      return style.paint('italic', renderInline(node.children, style));
    case 'delete': {
      const text = renderInline(node.children, style);
      return style.colours ? style.paint('strikethrough', text) : `~~${text}~~`;
    }
    case 'inlineCode':
      return style.colours ? style.paint('cyan', node.value) : `\`${node.value}\``;
    case 'link':
      return link(node, style);
    case 'image':
      return picture(node, style);
    case 'break':
    case 'text':
    case 'footnoteReference':
      return plainText(node);
    default:
      return 'children' in node ? renderInline(node.children, style) : plainText(node);
  }
}

function link(node: Link, style: Style): string {
  const label = plainText(node);
  const isItsOwnLabel = [label, `mailto:${label}`, `http://${label}`].includes(node.url);
  if (isItsOwnLabel || label === '') return style.paint('underline', label === '' ? node.url : label);
  return `${renderInline(node.children, style)} (${style.paint('underline', node.url)})`;
}

function picture(node: Image, style: Style): string {
  const description = node.alt ? `[picture: ${node.alt}]` : '[picture]';
  return `${description} (${style.paint('underline', node.url)})`;
}
