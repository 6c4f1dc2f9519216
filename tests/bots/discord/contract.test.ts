import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createDiscordAdapter } from '../../../src/bots/discord/adapter.ts';
import { chatAdapterContract, type ChatPerson } from '../../contracts/chat-adapter.ts';
import { startFakeDiscord } from '../../support/fake-discord.ts';
import { createFastClock } from '../../support/fast-clock.ts';

function on(kind: 'direct message' | 'server') {
  return async (): Promise<ChatPerson> => {
    const discord = await startFakeDiscord();
    onTestFinished(() => discord.stop());
    const anna = discord.user('anna');
    const channelId = kind === 'server' ? discord.channelId : anna.dmId;
    const adapter = createDiscordAdapter({
      token: discord.token,
      api: discord.api,
      clock: createFastClock(),
      log: pino({ level: 'silent' }),
      lastConnectedAt: () => undefined,
      onConnecting: () => undefined,
      onTrouble: () => undefined,
    });
    onTestFinished(() => adapter.stop());
    const mention = kind === 'server' ? `<@${discord.botId}> ` : '';
    return {
      adapter,
      address: { platform: 'discord', account: discord.botId, chatId: channelId, threadKey: '' },
      say: async (text) => void discord.says(anna.id, channelId, mention + text),
      press: async (label) => void discord.clicks(anna.id, channelId, label),
      see: async () =>
        discord
          .messages(channelId)
          .filter((message) => message.authorId === discord.botId)
          .flatMap((message) => [
            message.content,
            ...message.embeds.map((embed) => embed.description ?? ''),
            ...message.files.map((file) => file.text),
          ])
          .join('\n'),
      seePictures: () =>
        discord
          .messages(channelId)
          .flatMap(({ files }) => files)
          .flatMap(({ bytes, description = '' }) => (bytes ? [{ bytes, words: description }] : [])),
      async sendFile() {
        discord.says(anna.id, channelId, mention, { files: [{ name: 'list.txt', text: 'milk and honey' }] });
        return { bytes: 'milk and honey' };
      },
      afterRefusal: 'redelivered',
    };
  };
}

chatAdapterContract('Discord (direct message)', on('direct message'));
chatAdapterContract('Discord (server)', on('server'));
