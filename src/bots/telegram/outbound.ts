import { InputFile } from 'grammy';
import type { ChatAddress, RenderedPart, SentRef } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';
import { deliveryFault, isNotModified, isUnknownMethod, problemOf } from './faults.ts';
import { isPrivateChat, messageNumber, nativeMessageId } from './message-id.ts';
import { partOf, type PlainText, type TelegramPart, type TextPart } from './part.ts';

export interface TelegramOutbound {
  /** Throws DeliveryFault. */
  send(address: ChatAddress, part: RenderedPart): Promise<SentRef>;
  edit(address: ChatAddress, ref: SentRef, part: RenderedPart): Promise<void>;
}

const noPreview = { is_disabled: true };

/** Sends and edits rendered parts; rich ones as blocks where the server knows them, else in their plain form. */
export function createTelegramOutbound(api: TelegramApi): TelegramOutbound {
  let knowsRich = true;

  const frameOf = (address: ChatAddress, part: TelegramPart) => ({
    ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
    ...(part.replyTo !== undefined &&
      !isPrivateChat(address.chatId) && {
        reply_parameters: { message_id: messageNumber(part.replyTo), allow_sending_without_reply: true },
      }),
    ...(part.keyboard && { reply_markup: keyboardOf(part) }),
  });

  /** The rich form, or undefined when the server is older than it. */
  const asRich = async <T>(part: TextPart, call: (blocks: NonNullable<TextPart['rich']>) => Promise<T>) => {
    if (!part.rich || !knowsRich) return undefined;
    try {
      return await call(part.rich);
    } catch (error) {
      const problem = problemOf(error);
      if (isUnknownMethod(problem)) knowsRich = false;
      // Blocks that this server does not take are no reason to lose the text.
      else if (problem.code !== 400 || isNotModified(problem)) throw error;
      return undefined;
    }
  };

  const sendText = async (address: ChatAddress, part: TextPart): Promise<number> => {
    const frame = frameOf(address, part);
    const rich = await asRich(part, (blocks) =>
      api.sendRichMessage(address.chatId, { blocks: [...blocks] }, frame),
    );
    if (rich) return rich.message_id;
    let last = 0;
    for (const [index, message] of part.plain.entries()) {
      const isLast = index === part.plain.length - 1;
      const { reply_markup: keyboard, ...rest } = frame;
      const sent = await api.sendMessage(address.chatId, message.text, {
        ...rest,
        ...textOptions(message),
        ...(isLast && keyboard && { reply_markup: keyboard }),
      });
      last = sent.message_id;
    }
    return last;
  };

  return {
    async send(address, rendered) {
      const part = partOf(rendered);
      try {
        const id =
          part.kind === 'text'
            ? await sendText(address, part)
            : (
                await api.sendDocument(
                  address.chatId,
                  new InputFile(Buffer.from(part.content), part.name),
                  frameOf(address, part),
                )
              ).message_id;
        return { nativeId: nativeMessageId(address.chatId, id) };
      } catch (error) {
        throw deliveryFault(error, 'not sent');
      }
    },
    async edit(address, ref, rendered) {
      const part = partOf(rendered);
      const [message] = part.kind === 'text' ? part.plain : [];
      if (!message) return;
      try {
        await api.editMessageText(address.chatId, messageNumber(ref.nativeId), message.text, {
          ...textOptions(message),
          ...(part.keyboard && { reply_markup: keyboardOf(part) }),
        });
      } catch (error) {
        if (!isNotModified(problemOf(error))) throw deliveryFault(error, 'not edited');
      }
    },
  };
}

const textOptions = (message: PlainText) => ({
  entities: [...message.entities],
  link_preview_options: noPreview,
});

const keyboardOf = (part: TelegramPart) => ({
  inline_keyboard: (part.keyboard ?? []).map((row) => [...row]),
});
