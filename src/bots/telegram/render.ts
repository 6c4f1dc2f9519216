import type { RootContent } from 'mdast';
import { parseMarkdown } from '../../core/chat/markdown.ts';
import { visibleText } from '../../core/chat/visible-text.ts';
import type { OutboundMessage, Picture } from '../../core/contracts/chat.ts';
import { blockText } from './block-text.ts';
import { packBlocks } from './chunks.ts';
import { inert } from './inert.ts';
import { keyboardOf } from './keyboard.ts';
import { type Section, sectionsOf } from '../../core/chat/long-code.ts';
import type { PhotoPart, TelegramPart, TextPart } from './part.ts';
import { richBlocks } from './rich-blocks.ts';
import { fitsRich, type RichSize, richSize, sumOfSizes } from './rich-size.ts';

/**
 * A message as parts that Telegram takes: texts with entities, of up to 4096 characters, long code as files, pictures
 * as photos after them.
 * Where tables, headings or the length gain by it, a part holds the same as blocks of a rich message, too. Pure;
 * a message without anything to see has no parts.
 */
export function renderMessage(message: OutboundMessage): TelegramPart[] {
  const parts: TelegramPart[] = [
    ...sectionsOf(parseMarkdown(message.markdown).children).flatMap(partsOf),
    ...(message.pictures ?? []).map(photoOf),
  ];
  const keyboard = message.buttons ? keyboardOf(message.buttons.filter((row) => row.length > 0)) : [];
  const last = parts.pop() ?? (keyboard.length > 0 ? placeholder : undefined);
  if (!last) return [];
  parts.push({ ...last, ...(keyboard.length > 0 && { keyboard }) });
  const [first, ...rest] = parts;
  return first ? [{ ...first, ...(message.replyTo && { replyTo: message.replyTo }) }, ...rest] : [];
}

/** Buttons need a message to stand under. */
const placeholder: TextPart = { kind: 'text', plain: [{ text: '⋯', entities: [] }] };

/** Bot API, sendPhoto: characters of a caption. */
const captionLength = 1_024;

function photoOf({ name, pngBase64, description, alternative }: Picture): PhotoPart {
  const caption = inert(visibleText(description).trim());
  return {
    kind: 'photo',
    name,
    png: pngBase64,
    caption: caption.slice(0, captionLength).toWellFormed(),
    instead: packBlocks(parseMarkdown(alternative).children.map(blockText)),
  };
}

function partsOf({ nodes, file }: Section): TelegramPart[] {
  const texts = textParts(nodes);
  return file ? [...texts, { kind: 'document', name: file.name, content: file.content }] : texts;
}

function textParts(nodes: readonly RootContent[]): TextPart[] {
  const plain = packBlocks(nodes.map(blockText));
  if (plain.length < 2 && !nodes.some(gainsByForm))
    return plain.map((message) => ({ kind: 'text', plain: [message] }));
  return richGroups(nodes).flatMap(({ nodes: group, fits }) => {
    const messages = packBlocks(group.map(blockText));
    if (!fits) return messages.map((message): TextPart => ({ kind: 'text', plain: [message] }));
    const rich = group.flatMap(richBlocks);
    return messages.length > 0 ? [{ kind: 'text', plain: messages, rich }] : [];
  });
}

/** Whether a block shows as more than text in a rich message. */
function gainsByForm(node: RootContent): boolean {
  if (node.type === 'table' || node.type === 'heading') return true;
  return 'children' in node && node.children.some((child) => gainsByForm(child));
}

interface Group {
  readonly nodes: RootContent[];
  readonly size: RichSize;
  /** Whether it may be one rich message. */
  readonly fits: boolean;
}

/** As few rich messages as the limits allow, cut between blocks; a block beyond them stands alone. */
function richGroups(nodes: readonly RootContent[]): Group[] {
  const groups: Group[] = [];
  for (const node of nodes) {
    const size = richSize(richBlocks(node));
    const last = groups.at(-1);
    const together = last && sumOfSizes([last.size, size]);
    if (last?.fits && together && fitsRich(together))
      groups[groups.length - 1] = { nodes: [...last.nodes, node], size: together, fits: true };
    else groups.push({ nodes: [node], size, fits: fitsRich(size) });
  }
  return groups;
}
