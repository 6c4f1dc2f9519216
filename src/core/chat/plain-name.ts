import { visibleText } from './visible-text.ts';

const shownCharacters = 40;

/** A name is whatever people call themselves or their chats: one short line, inert in Markdown. */
export function plainName(name: string, fallback: string): string {
  const line = visibleText(name).replaceAll(/\s+/g, ' ').trim();
  const short = line.slice(0, shownCharacters).toWellFormed();
  return inertMarkdown(short) || fallback;
}

/** Text in which nothing is markup. */
export const inertMarkdown = (text: string): string => text.replaceAll(/[\\`*_[\]<>#|~]/g, '\\$&');
