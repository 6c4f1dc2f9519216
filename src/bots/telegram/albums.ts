import type { Message } from 'grammy/types';

/**
 * The items of an album as the one message that it is for people: the first item, with the caption of whichever item
 * has one. Several captions are joined; entities are kept of the first, where a bot is mentioned if at all.
 */
export function joinAlbum(items: readonly Message[]): Message {
  const inOrder = items.toSorted((a, b) => a.message_id - b.message_id);
  const [first] = inOrder;
  if (!first) throw new Error('an album without items');
  const captioned = inOrder.filter((item) => item.caption);
  const [leading] = captioned;
  if (!leading) return first;
  return {
    ...first,
    caption: captioned.map((item) => item.caption).join('\n'),
    ...(leading.caption_entities && { caption_entities: leading.caption_entities }),
  };
}
