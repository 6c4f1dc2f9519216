import type { Link } from 'mdast';
import { plainText } from '../../core/chat/markdown.ts';

/**
 * How a link is shown so that nobody is misled: `bare` when its text is where it leads, else the text with the
 * address behind it. `href` is missing where the address may only be read (a scheme or a form that is no web address).
 */
export interface ShownLink {
  readonly bare: boolean;
  readonly address: string;
  readonly href?: string;
}

export function shownLink(link: Link): ShownLink {
  const href = webAddress(link.url);
  const address = link.url.replace(/^mailto:/i, '');
  const bare = squeezed(plainText(link)) === squeezed(link.url);
  return { bare, address, ...(href && { href }) };
}

/** As Telegram takes it: web addresses with a dot in the host. Everything else, `tg:` above all, is no link. */
export function webAddress(url: string): string | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(url)) return undefined;
  const parsed = URL.parse(url);
  return parsed?.hostname.includes('.') && !parsed.hostname.endsWith('.') ? url : undefined;
}

const squeezed = (address: string): string =>
  address
    .trim()
    .toLowerCase()
    .replace(/^(?:https?:\/\/|mailto:)/, '')
    .replace(/\/$/, '');
