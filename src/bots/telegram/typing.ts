import type { ChatAddress } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';

/** Says "typing" in a chat or topic. */
export async function showTyping(api: TelegramApi, address: ChatAddress): Promise<void> {
  await api.sendChatAction(address.chatId, 'typing', {
    ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
  });
}
