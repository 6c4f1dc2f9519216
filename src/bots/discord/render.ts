import { parseMarkdown } from '../../core/chat/markdown.ts';
import { sectionsOf } from '../../core/chat/long-code.ts';
import { visibleText } from '../../core/chat/visible-text.ts';
import type { Button, OutboundMessage, Picture } from '../../core/contracts/chat.ts';
import { blockText } from './block-text.ts';
import { packTexts } from './chunks.ts';
import { buttonStyles, type DiscordPart, type PartButton } from './part.ts';

/** Limits of Discord (developers docs: Create Message, Embed Limits, Buttons). */
export const textLength = 2_000;
const cardLength = 4_096;
const labelLength = 80;
const buttonsInRow = 5;
const mostRows = 5;
/** Of an attachment (developers docs, Attachment Object). */
const descriptionLength = 1_024;
/** Files of a message, of which one may be a text. */
const mostPictures = 9;
/** More messages than this are no answer to read in a chat. */
const mostTexts = 6;

/**
 * A message as parts that Discord takes: texts in its own Markdown of up to 2000 characters, cards as embeds, long code
 * and very long answers as files, pictures with the last text. Pure; a message without anything to see has no parts.
 */
export function renderMessage(message: OutboundMessage): DiscordPart[] {
  const buttons = rowsOf(message.buttons ?? []);
  const parts = message.isCard ? cardParts(message.markdown) : talkParts(message.markdown);
  const pictures = (message.pictures ?? []).slice(0, mostPictures).map(pictureOf);
  const needsMessage = buttons.length > 0 || pictures.length > 0;
  const last = parts.pop() ?? (needsMessage ? { content: pictures.length > 0 ? '' : '⋯' } : undefined);
  if (!last) return [];
  parts.push({
    ...last,
    ...(buttons.length > 0 && { buttons }),
    ...(pictures.length > 0 && { pictures }),
  });
  const [first, ...rest] = parts;
  return first ? [{ ...first, ...(message.replyTo && { replyTo: message.replyTo }) }, ...rest] : [];
}

/** What a growing answer shows: its newest text, which is what a person follows. */
export const previewOf = (markdown: string): string =>
  markdown === '' ? '' : (textsOf(markdown).at(-1) ?? '');

const textsOf = (markdown: string): string[] =>
  packTexts(parseMarkdown(markdown).children.map(blockText), textLength);

function cardParts(markdown: string): DiscordPart[] {
  const texts = packTexts(parseMarkdown(markdown).children.map(blockText), cardLength);
  return texts.map((card) => ({ content: '', card }));
}

function talkParts(markdown: string): DiscordPart[] {
  const parts = sectionsOf(parseMarkdown(markdown).children).flatMap(({ nodes, file }): DiscordPart[] => {
    const texts = packTexts(nodes.map(blockText), textLength);
    return texts.map((content, index) => ({
      content,
      ...(file && index === texts.length - 1 && { file: { name: file.name, content: file.content } }),
    }));
  });
  const [first] = parts;
  if (!first || parts.length <= mostTexts) return parts;
  return [{ content: first.content, file: { name: 'answer.md', content: visibleText(markdown) } }];
}

function rowsOf(rows: readonly (readonly Button[])[]): PartButton[][] {
  return rows
    .flatMap((row) => {
      const cut: PartButton[][] = [];
      for (let at = 0; at < row.length; at += buttonsInRow)
        cut.push(row.slice(at, at + buttonsInRow).map(buttonOf));
      return cut;
    })
    .slice(0, mostRows);
}

const pictureOf = ({ name, pngBase64, description }: Picture) => ({
  name,
  png: pngBase64,
  description: visibleText(description).slice(0, descriptionLength).toWellFormed(),
});

const buttonOf = ({ label, token, style }: Button): PartButton => ({
  label: visibleText(label).slice(0, labelLength).toWellFormed(),
  token,
  style: buttonStyles[style ?? 'secondary'],
});
