import type { PhrasingContent } from 'mdast';
import { shownLink, webAddress } from './links.ts';
import type { TextBuilder } from './text-builder.ts';

const styles = { strong: 'bold', emphasis: 'italic', delete: 'strikethrough' } as const;

/** Writes what stands in a paragraph, a heading or a cell. */
export function writeInline(nodes: readonly PhrasingContent[], to: TextBuilder): void {
  for (const node of nodes) writeNode(node, to);
}

function writeNode(node: PhrasingContent, to: TextBuilder): void {
  switch (node.type) {
    case 'text':
      to.words(node.value);
      return;
    case 'strong':
    case 'emphasis':
    case 'delete':
      to.marked({ type: styles[node.type] }, () => writeInline(node.children, to));
      return;
    case 'inlineCode':
      to.marked({ type: 'code' }, () => to.literal(node.value));
      return;
    case 'break':
      to.literal('\n');
      return;
    case 'link': {
      const link = shownLink(node);
      if (!link.bare) {
        writeInline(node.children, to);
        to.literal(' (');
      }
      writeAddress(link.address, link.href, to);
      if (!link.bare) to.literal(')');
      return;
    }
    case 'image':
      to.literal('[picture');
      if (node.alt) {
        to.literal(': ');
        to.words(node.alt);
      }
      to.literal('] (');
      writeAddress(node.url, webAddress(node.url), to);
      to.literal(')');
      return;
    case 'footnoteReference':
      to.literal(`[${node.label ?? node.identifier}]`);
      return;
    case 'html':
      to.words(node.value);
      return;
    case 'linkReference':
    case 'imageReference':
      // parseMarkdown leaves none.
      return;
  }
}

/** As an explicit link, so that nothing within it is taken for a mention; where it is none, as words. */
function writeAddress(address: string, href: string | undefined, to: TextBuilder): void {
  if (href) to.marked({ type: 'text_link', url: href }, () => to.literal(address));
  else to.words(address);
}
