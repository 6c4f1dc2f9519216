import type { PhrasingContent } from 'mdast';
import { plainText } from '../../core/chat/markdown.ts';

/** Takes no room and keeps what stands around it from being read as one sign. */
const joiner = '\u2060';

/** Text in which Discord finds no markup, no mention, no emoji, no disguised link. */
export function inertText(text: string): string {
  return (
    text
      .replaceAll(/[\\*`]/g, String.raw`\$&`)
      .replaceAll(/~(?=~)|(?<=~)~/g, String.raw`\~`)
      .replaceAll(/\|(?=\|)|(?<=\|)\|/g, String.raw`\|`)
      // Inside a word an underscore is one.
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
      .replaceAll(/<(?=@[!&]?\d|#\d|a?:\w+:\d|t:-?\d|\/[^<>]*:\d|id:\w|sound:\d)/g, `<${joiner}`)
      .replaceAll(/@(?=everyone|here)/gi, `@${joiner}`)
      .replaceAll(/\](?=\()/g, `]${joiner}`)
  );
}

/** The same at the beginning of a line, where signs of headings, quotations and lists would count, too. */
export const inertLines = (text: string): string =>
  text.replaceAll(/^([ \t]*)(?=>|(?:#{1,3}|-#|[-+•]|\d+[.)])[ \t])/gm, `$1${joiner}`);

export const inlineText = (nodes: readonly PhrasingContent[]): string => nodes.map(textOf).join('');

function textOf(node: PhrasingContent): string {
  switch (node.type) {
    case 'text':
      return inertText(node.value);
    case 'strong':
      return marked('**', inlineText(node.children));
    case 'emphasis':
      return marked('*', inlineText(node.children));
    case 'delete':
      return marked('~~', inlineText(node.children));
    case 'inlineCode':
      return inlineCode(node.value);
    case 'link':
      return linkText(plainText(node), node.url);
    case 'image':
      return linkText(node.alt ?? '', node.url);
    case 'break':
      return '\n';
    default:
      return inertText(plainText(node));
  }
}

/** Blanks belong outside the marks, and marks around nothing are just signs. */
function marked(mark: string, text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? [];
  return inner === '' ? text : `${before}${mark}${inner}${mark}${after}`;
}

function inlineCode(value: string): string {
  if (!value.includes('`')) return `\`${value}\``;
  return `\`\` ${value.replaceAll('``', `\`${joiner}\``)} \`\``;
}

/** A link always shows where it leads; the brackets keep Discord from fetching the page for a preview. */
function linkText(label: string, url: string): string {
  const address = url.replaceAll(/[\s<>]/g, encodeURIComponent);
  const isWeb = /^https?:\/\//i.test(address);
  const shown = isWeb ? `<${address}>` : inertText(address);
  if (label.trim() === '' || label === url || `https://${label}` === url || `http://${label}` === url)
    return shown;
  return address === '' ? inertText(label) : `${inertText(label)} (${shown})`;
}
