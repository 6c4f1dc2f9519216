import type { PhrasingContent } from 'mdast';
import type { RichText } from 'grammy/types';
import { inert } from './inert.ts';
import { shownLink, webAddress } from './links.ts';

const styles = { strong: 'bold', emphasis: 'italic', delete: 'strikethrough' } as const;

/**
 * What stands in a paragraph, a heading or a cell, as rich text. Made of values alone: nothing in it is parsed by
 * Telegram, so no words of a model become a button, a mention or markup.
 */
export function richInline(nodes: readonly PhrasingContent[]): RichText {
  // What is shown so far: whether a sign links depends on what stands before it.
  let shown = '';

  const words = (text: string): string => {
    const safe = inert(text, shown);
    shown += safe;
    return safe;
  };
  const literal = (text: string): string => {
    shown += text;
    return text;
  };
  const address = (text: string, href: string | undefined): RichText =>
    href ? { type: 'url', text: literal(text), url: href } : words(text);

  const all = (list: readonly PhrasingContent[]): RichText => shortest(list.map(one));
  const one = (node: PhrasingContent): RichText => {
    switch (node.type) {
      case 'text':
      case 'html':
        return words(node.value);
      case 'strong':
      case 'emphasis':
      case 'delete':
        return { type: styles[node.type], text: all(node.children) };
      case 'inlineCode':
        return { type: 'code', text: literal(node.value) };
      case 'break':
        return literal('\n');
      case 'link': {
        const link = shownLink(node);
        if (link.bare) return address(link.address, link.href);
        return [all(node.children), literal(' ('), address(link.address, link.href), literal(')')];
      }
      case 'image': {
        const start = literal(node.alt ? '[picture: ' : '[picture');
        const alt = words(node.alt ?? '');
        return [start, alt, literal('] ('), address(node.url, webAddress(node.url)), literal(')')];
      }
      case 'footnoteReference':
        return literal(`[${node.label ?? node.identifier}]`);
      case 'linkReference':
      case 'imageReference':
        // parseMarkdown leaves none.
        return '';
    }
  };
  return all(nodes);
}

const shortest = (parts: RichText[]): RichText => (parts.length === 1 ? (parts[0] ?? '') : parts);
