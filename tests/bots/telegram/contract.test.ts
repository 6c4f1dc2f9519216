import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createTelegramAdapter } from '../../../src/bots/telegram/adapter.ts';
import { chatAdapterContract, type ChatPerson } from '../../contracts/chat-adapter.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { fakeBotId, startFakeTelegram } from '../../support/fake-telegram.ts';

const chatIn = { private: 77, group: -1_000_000_000_500 };

function on(kind: keyof typeof chatIn, options: { old?: boolean } = {}) {
  return async (): Promise<ChatPerson> => {
    const telegram = await startFakeTelegram();
    onTestFinished(() => telegram.stop());
    if (options.old)
      for (const method of ['sendMessageDraft', 'sendRichMessage']) telegram.unknown.add(method);
    const chatId = chatIn[kind];
    telegram.messages(chatId);
    const adapter = createTelegramAdapter({
      token: telegram.token,
      apiRoot: telegram.url,
      clock: createFastClock(),
      log: pino({ level: 'silent' }),
      onTrouble: () => undefined,
    });
    onTestFinished(() => adapter.stop());
    // In a group only what is said to the bot is for it.
    const reply = {
      reply_to_message: {
        message_id: 1,
        date: 1,
        chat: { id: chatId },
        from: { id: fakeBotId, is_bot: true },
      },
    };
    const extra = kind === 'group' ? reply : {};
    return {
      adapter,
      address: { platform: 'telegram', account: String(fakeBotId), chatId: String(chatId), threadKey: '' },
      say: async (text) => void telegram.says(chatId, text, extra),
      press: async (label) => void telegram.presses(chatId, label),
      see: async () =>
        [
          ...telegram
            .messages(chatId)
            .filter((one) => one.byBot)
            .map((one) => one.text),
          telegram.draft(chatId) ?? '',
        ].join('\n'),
      seePictures: () =>
        telegram
          .messages(chatId)
          .flatMap(({ photo, text }) => (photo ? [{ bytes: photo.bytes, words: text }] : [])),
      async sendFile() {
        telegram.files.set('file-1', 'milk and honey');
        telegram.says(chatId, '', {
          ...extra,
          document: { file_id: 'file-1', file_name: 'list.txt', file_size: 14 },
        });
        return { bytes: 'milk and honey' };
      },
      afterRefusal: 'redelivered',
    };
  };
}

chatAdapterContract('Telegram (private chat)', on('private'));
chatAdapterContract('Telegram (group)', on('group'));
chatAdapterContract('Telegram (older server)', on('private', { old: true }));
