import type { ChatAddress } from '../../core/contracts/chat.ts';
import { isMessageOf, isPrivateChat, messageNumber } from './message-id.ts';

/** Where a message goes: the topic, and in a group the message that it answers. */
export const placeOf = (address: ChatAddress, replyTo: string | undefined) => ({
  ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
  ...(replyTo !== undefined &&
    !isPrivateChat(address.chatId) &&
    isMessageOf(address.chatId, replyTo) && {
      reply_parameters: { message_id: messageNumber(replyTo), allow_sending_without_reply: true },
    }),
});
