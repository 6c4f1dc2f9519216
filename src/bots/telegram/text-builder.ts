import type { MessageEntity } from 'grammy/types';
import { inert } from './inert.ts';
import type { PlainText } from './part.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'offset' | 'length'> : never;
/** An entity without its place. */
export type Mark = Distribute<MessageEntity>;

/** Text with marks while it grows. Offsets are UTF-16 units, as Telegram counts and as strings do. */
export interface TextBuilder {
  /** Appends words of a model, unable to link anything by themselves. */
  words(text: string): void;
  /** Appends exactly this: code, addresses, our own signs. */
  literal(text: string): void;
  /** Marks what `write` appends. */
  marked(mark: Mark, write: () => void): void;
  /** Appends finished text with its marks, behind `prefix` on each line but the first. */
  insert(part: PlainText, prefix?: string): void;
  built(): PlainText;
}

export function createTextBuilder(): TextBuilder {
  let text = '';
  const entities: MessageEntity[] = [];

  const insert = (part: PlainText, prefix = ''): void => {
    const start = text.length;
    // How much further an offset moves for the prefixes before it.
    const moved = (offset: number): number =>
      start + offset + prefix.length * (part.text.slice(0, offset).split('\n').length - 1);
    text += part.text.replaceAll('\n', `\n${prefix}`);
    for (const entity of part.entities) {
      const offset = moved(entity.offset);
      entities.push({ ...entity, offset, length: moved(entity.offset + entity.length) - offset });
    }
  };

  return {
    words: (more) => {
      text += inert(more, text);
    },
    literal: (more) => {
      text += more;
    },
    marked(mark, write) {
      const offset = text.length;
      // Outer entities stand before inner ones.
      const place = entities.length;
      write();
      const length = text.length - offset;
      if (length > 0) entities.splice(place, 0, { ...mark, offset, length });
    },
    insert,
    built: () => ({ text, entities }),
  };
}
