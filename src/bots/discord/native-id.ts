const mark = 'interaction:';

/**
 * An interaction is named with its token, because its answer needs it, also after a restart. The token is of use to this
 * bot alone and for 15 minutes.
 */
export const interactionId = (id: string, token: string): string => `${mark}${id}:${token}`;

export interface InteractionRef {
  readonly id: string;
  readonly token: string;
}

/** Undefined for the id of a message. */
export function interactionOf(nativeId: string): InteractionRef | undefined {
  if (!nativeId.startsWith(mark)) return undefined;
  const [id = '', ...token] = nativeId.slice(mark.length).split(':');
  return { id, token: token.join(':') };
}

/** Attachments are fetched anew by their message, since their addresses expire. */
export const attachmentId = (channelId: string, messageId: string, id: string): string =>
  `${channelId}/${messageId}/${id}`;
