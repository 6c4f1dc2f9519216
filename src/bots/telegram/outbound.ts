import { InputFile } from 'grammy';
import { DeliveryFault } from '../../core/chat/delivery-fault.ts';
import type { ChatAddress, EarlierAttempt, RenderedPart, SentRef } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';
import { deliveryFault, isNotModified, isUnknownMethod, problemOf } from './faults.ts';
import { messageNumber, nativeMessageId } from './message-id.ts';
import {
  type DocumentPart,
  partOf,
  type PhotoPart,
  type PlainText,
  type TelegramPart,
  type TextPart,
} from './part.ts';
import { placeOf } from './place.ts';
import { createSearch } from './search-sent.ts';

export interface TelegramOutbound {
  /** Throws DeliveryFault. */
  send(address: ChatAddress, part: RenderedPart, earlier?: EarlierAttempt): Promise<SentRef>;
  edit(address: ChatAddress, ref: SentRef, part: RenderedPart): Promise<SentRef>;
}

type Keyboard = ReturnType<typeof keyboardOf>;
type RichBlocks = NonNullable<TextPart['rich']>;

const noPreview = { is_disabled: true };

/** Sends and edits rendered parts; rich ones as blocks where the server knows them, else in their plain form. */
export function createTelegramOutbound(api: TelegramApi): TelegramOutbound {
  let knowsRich = true;

  const editText = (chatId: string, id: number, message: PlainText, keyboard: Keyboard) =>
    api.editMessageText(chatId, id, message.text, { ...textOptions(message), ...keyboard });

  const editRich = (chatId: string, id: number, blocks: RichBlocks, keyboard: Keyboard) =>
    api.editMessageText(chatId, id, { blocks: [...blocks] }, keyboard);

  /** The rich form, or undefined when the server is older than it. */
  const asRich = async <T>(part: TextPart, call: (blocks: RichBlocks) => Promise<T>) => {
    if (!part.rich || !knowsRich) return undefined;
    try {
      return await call(part.rich);
    } catch (error) {
      const problem = problemOf(error);
      if (isUnknownMethod(problem)) knowsRich = false;
      // Blocks that this server does not take are no reason to lose the text.
      else if (problem.code !== 400 || isNotModified(problem) || problem.migratedTo) throw error;
      return undefined;
    }
  };

  const sendText = async (
    address: ChatAddress,
    part: TextPart,
    earlier?: EarlierAttempt,
  ): Promise<number> => {
    const { chatId } = address;
    const keyboard = keyboardOf(part);
    const rich = await asRich(part, async (blocks) => {
      const found = await createSearch(chatId, earlier).next((id) => editRich(chatId, id, blocks, keyboard));
      if (found !== undefined) return found;
      const sent = await api.sendRichMessage(
        chatId,
        { blocks: [...blocks] },
        { ...placeOf(address, part.replyTo), ...keyboard },
      );
      return sent.message_id;
    });
    return rich ?? (await sendPlain(address, part, part.plain, earlier));
  };

  /** One message after the other; what an earlier attempt brought is found instead. */
  const sendPlain = async (
    address: ChatAddress,
    part: TelegramPart,
    messages: readonly PlainText[],
    earlier?: EarlierAttempt,
  ): Promise<number> => {
    const search = createSearch(address.chatId, earlier);
    let last: number | undefined;
    for (const [index, message] of messages.entries()) {
      const keyboard = index === messages.length - 1 ? keyboardOf(part) : {};
      try {
        last = await search.next((id) => editText(address.chatId, id, message, keyboard));
        if (last !== undefined) continue;
        const options = { ...placeOf(address, part.replyTo), ...textOptions(message), ...keyboard };
        last = (await api.sendMessage(address.chatId, message.text, options)).message_id;
      } catch (error) {
        throw index === 0 ? error : afterTheFirst(error);
      }
    }
    return last ?? 0;
  };

  const sendDocument = async (
    address: ChatAddress,
    part: DocumentPart,
    earlier?: EarlierAttempt,
  ): Promise<number> => {
    const keyboard = keyboardOf(part);
    const found = await createSearch(address.chatId, earlier).next((id) =>
      api.editMessageCaption(address.chatId, id, { caption: '', ...keyboard }),
    );
    if (found !== undefined) return found;
    const file = new InputFile(Buffer.from(part.content), part.name);
    const sent = await api.sendDocument(address.chatId, file, {
      ...placeOf(address, part.replyTo),
      ...keyboard,
    });
    return sent.message_id;
  };

  /** What is the same message cannot be told from the picture, only from the words and buttons under it. */
  const sendPhoto = async (
    address: ChatAddress,
    part: PhotoPart,
    earlier?: EarlierAttempt,
  ): Promise<number> => {
    const under = { caption: part.caption, ...keyboardOf(part) };
    const found = await createSearch(address.chatId, earlier).next((id) =>
      api.editMessageCaption(address.chatId, id, under),
    );
    if (found !== undefined) return found;
    try {
      const file = new InputFile(Buffer.from(part.png, 'base64'), part.name);
      const sent = await api.sendPhoto(address.chatId, file, { ...placeOf(address, part.replyTo), ...under });
      return sent.message_id;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== 400 || problem.migratedTo || part.instead.length === 0) throw error;
      return sendPlain(address, part, part.instead, earlier);
    }
  };

  const sendKind = (
    address: ChatAddress,
    part: TelegramPart,
    earlier: EarlierAttempt | undefined,
  ): Promise<number> => {
    switch (part.kind) {
      case 'text':
        return sendText(address, part, earlier);
      case 'document':
        return sendDocument(address, part, earlier);
      case 'photo':
        return sendPhoto(address, part, earlier);
    }
  };

  const send = async (
    address: ChatAddress,
    part: TelegramPart,
    earlier?: EarlierAttempt,
  ): Promise<SentRef> => {
    const id = await sendKind(address, part, earlier);
    return { nativeId: nativeMessageId(address.chatId, id) };
  };

  const editToText = async (address: ChatAddress, ref: SentRef, part: TextPart): Promise<SentRef> => {
    const { chatId } = address;
    const id = messageNumber(ref.nativeId);
    const [first, ...rest] = part.plain;
    if (!first) return ref;
    const keyboard = keyboardOf(part);
    try {
      if (await asRich(part, (blocks) => editRich(chatId, id, blocks, keyboard))) return ref;
      await editText(chatId, id, first, rest.length === 0 ? keyboard : {});
    } catch (error) {
      if (!isNotModified(problemOf(error))) throw error;
      if (part.rich && knowsRich) return ref;
    }
    if (rest.length === 0) return ref;
    return { nativeId: nativeMessageId(chatId, await sendPlain(address, part, rest)) };
  };

  return {
    async send(address, rendered, earlier) {
      try {
        return await send(address, partOf(rendered), earlier);
      } catch (error) {
        throw deliveryFault(error, 'not sent');
      }
    },
    async edit(address, ref, rendered) {
      const part = partOf(rendered);
      try {
        if (part.kind === 'text') return await editToText(address, ref, part);
      } catch (error) {
        throw deliveryFault(error, 'not edited');
      }
      throw new DeliveryFault('not edited: a text cannot become a file', { permanent: true });
    },
  };
}

/** The next attempt must look for what already stands there. */
function afterTheFirst(error: unknown): DeliveryFault {
  const { permanent, retryAfterMs, movedTo, message } = deliveryFault(error, 'not sent whole');
  return new DeliveryFault(message, {
    permanent,
    mayHaveArrived: true,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(movedTo !== undefined && { movedTo }),
    cause: error,
  });
}

const textOptions = (message: PlainText) => ({
  entities: [...message.entities],
  link_preview_options: noPreview,
});

const keyboardOf = (part: TelegramPart) =>
  part.keyboard ? { reply_markup: { inline_keyboard: part.keyboard.map((row) => [...row]) } } : {};
