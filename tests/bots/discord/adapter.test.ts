import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDiscordAdapter } from '../../../src/bots/discord/adapter.ts';
import type { DiscordTrouble } from '../../../src/bots/discord/trouble.ts';
import type { CommandSummary, InboundEvent, OutboundMessage } from '../../../src/core/contracts/chat.ts';
import { type FakeDiscord, startFakeDiscord } from '../../support/fake-discord.ts';
import { png } from '../../support/sample-files.ts';
import { createFastClock } from '../../support/fast-clock.ts';

const commands: CommandSummary[] = [
  {
    name: 'model',
    description: 'Which model answers',
    translations: { de: 'Welches Modell antwortet' },
    access: 'member',
    isPersonal: false,
    options: [{ name: 'choice', type: 'text', isRequired: false, choices: ['auto', 'local', 'cloud'] }],
  },
  {
    name: 'settings',
    description: 'Show or change what Steward may do',
    access: 'owner',
    isPersonal: true,
    options: [
      { name: 'value', type: 'integer', isRequired: false, minimum: 1, maximum: 9 },
      { name: 'key', type: 'text', isRequired: true },
    ],
  },
];

interface Options {
  readonly commands?: readonly CommandSummary[];
  readonly lastSeen?: readonly { channelId: string; nativeId: string }[];
  readonly refuses?: boolean;
  prepare?(discord: FakeDiscord): void;
}

async function setup(options: Options = {}) {
  const discord = await startFakeDiscord();
  onTestFinished(() => discord.stop());
  options.prepare?.(discord);
  const anna = discord.user('anna');
  const troubles: (DiscordTrouble['code'] | 'over')[] = [];
  const events: InboundEvent[] = [];
  const adapter = createDiscordAdapter({
    token: discord.token,
    api: discord.api,
    clock: createFastClock(),
    log: pino({ level: 'silent' }),
    lastConnectedAt: () => undefined,
    onConnecting: () => undefined,
    onTrouble: (trouble) => troubles.push(trouble?.code ?? 'over'),
  });
  onTestFinished(() => adapter.stop());
  const { botId } = discord;
  const addressIn = (chatId: string) => ({ platform: 'discord', account: botId, chatId, threadKey: '' });
  await adapter.start({
    commands: options.commands ?? commands,
    owners: () => [],
    lastSeen: () =>
      (options.lastSeen ?? []).map(({ channelId, nativeId }) => ({
        address: addressIn(channelId),
        nativeId,
      })),
    onEvents(batch) {
      events.push(...batch);
      return { refused: options.refuses ? batch.map((event) => event.nativeId) : [] };
    },
    complete: (name, typed) => [`${name}-${typed}`],
  });
  const until = (probe: () => unknown) => expect.poll(probe, { timeout: 10_000, interval: 5 });
  const send = (chatId: string, message: OutboundMessage, partId = 'part') => {
    const [part] = adapter.render(message);
    if (!part) throw new Error('no part');
    return adapter.send(addressIn(chatId), part, partId);
  };
  return { discord, anna, adapter, events, troubles, addressIn, until, send };
}

describe('slash commands', () => {
  test('are registered by one call, typed, translated, and by who may see them', async () => {
    const { discord, until } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    expect(discord.commands).toMatchObject([
      {
        name: 'model',
        description_localizations: { de: 'Welches Modell antwortet' },
        default_member_permissions: null,
        contexts: [0, 1],
        options: [
          { name: 'choice', type: 3, choices: [{ value: 'auto' }, { value: 'local' }, { value: 'cloud' }] },
        ],
      },
      {
        name: 'settings',
        default_member_permissions: '0',
        options: [
          { name: 'key', type: 3, required: true, autocomplete: true },
          { name: 'value', type: 4, min_value: 1, max_value: 9 },
        ],
      },
    ]);
  });

  test('are acknowledged before anything else, and their answer stands where they were given', async () => {
    const { discord, anna, events, until, send } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    const id = discord.slash(anna.id, discord.channelId, 'model', { choice: 'local' });
    await until(() => events).toMatchObject([{ kind: 'command', name: 'model', input: { choice: 'local' } }]);
    await until(() => discord.acks.get(id)).toBe(5);
    const replyTo = events[0]?.nativeId ?? '';
    await send(discord.channelId, { markdown: 'Local only.', replyTo });
    expect(discord.thinking()).toEqual([]);
    expect(discord.messages(discord.channelId).map((message) => message.content)).toEqual(['Local only.']);
  });

  test('whose answers are personal are answered to one person alone in a server', async () => {
    const { discord, anna, events, until, send } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    discord.slash(anna.id, discord.channelId, 'settings', { key: 'budget.dayUsd' });
    await until(() => events).toHaveLength(1);
    await send(discord.channelId, { markdown: 'A secret.', replyTo: events[0]?.nativeId ?? '' });
    expect(discord.messages(discord.channelId)).toEqual([]);
    expect(discord.ephemerals()).toMatchObject([{ content: 'A secret.' }]);
  });

  test('whose acknowledgement failed are answered by a message', async () => {
    const { discord, anna, events, until, send } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    discord.trouble('POST', /callback$/, { status: 404, code: 10_062 });
    discord.slash(anna.id, anna.dmId, 'model');
    await until(() => events).toHaveLength(1);
    await send(anna.dmId, { markdown: 'Local only.', replyTo: events[0]?.nativeId ?? '' });
    expect(discord.messages(anna.dmId).map((message) => message.content)).toEqual(['Local only.']);
  });

  test('of people who may not are taken back without a word', async () => {
    const { discord, anna, until } = await setup({ refuses: true });
    await until(() => discord.commands).toHaveLength(2);
    const id = discord.slash(anna.id, discord.channelId, 'model');
    await until(() => discord.acks.get(id)).toBe(5);
    await until(() => discord.thinking()).toEqual([]);
    expect(discord.messages(discord.channelId)).toEqual([]);
  });

  test('are completed while they are typed', async () => {
    const { discord, anna, until } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    expect(await discord.autocomplete(anna.id, anna.dmId, 'settings', { name: 'key', value: 'bud' })).toEqual(
      ['settings-bud'],
    );
  });
});

describe('presses', () => {
  test('are acknowledged silently; a refusal is whispered, a decision is not', async () => {
    const { discord, anna, events, adapter, until, send } = await setup();
    await send(anna.dmId, {
      markdown: 'Shall I?',
      buttons: [[{ label: 'Yes', token: 'yes' }]],
      isCard: true,
    });
    const id = discord.clicks(anna.id, anna.dmId, 'Yes');
    await until(() => events).toMatchObject([{ kind: 'press', token: 'yes' }]);
    await until(() => discord.acks.get(id)).toBe(6);
    const nativeId = events[0]?.nativeId ?? '';
    await adapter.answerPress?.(nativeId, { markdown: 'Done.', isRefusal: false });
    expect(discord.ephemerals()).toEqual([]);
    await adapter.answerPress?.(nativeId, { markdown: 'Only the **owner** can.', isRefusal: true });
    expect(discord.ephemerals()).toMatchObject([{ content: 'Only the **owner** can.' }]);
  });
});

describe('a picture', () => {
  const pngBase64 = png(40, 30).toString('base64');
  const picture = { name: 'bars.png', pngBase64, description: 'Two bars.', alternative: '██ ███' };

  test('stands with the text where a command was given, with its alternative text', async () => {
    const { discord, anna, events, until, send } = await setup();
    await until(() => discord.commands).toHaveLength(2);
    discord.slash(anna.id, discord.channelId, 'model');
    await until(() => events).toHaveLength(1);
    const message = { markdown: 'Here.', pictures: [picture], replyTo: events[0]?.nativeId ?? '' };
    await send(discord.channelId, message);
    expect(discord.messages(discord.channelId)).toMatchObject([
      { content: 'Here.', files: [{ name: 'bars.png', description: 'Two bars.' }] },
    ]);
    expect(discord.messages(discord.channelId)[0]?.files[0]?.bytes?.toString('base64')).toBe(pngBase64);
  });

  test('is sent once, and goes with the edit that no longer has it', async () => {
    const { discord, anna, adapter, addressIn, send } = await setup();
    const ref = await send(anna.dmId, { markdown: '', pictures: [picture] });
    await send(anna.dmId, { markdown: '', pictures: [picture] });
    expect(discord.messages(anna.dmId)).toHaveLength(1);
    const edit = async (pictures: (typeof picture)[]) => {
      const [part] = adapter.render({ markdown: 'Changed.', pictures });
      if (part) await adapter.edit(addressIn(anna.dmId), ref, part);
      return discord.messages(anna.dmId).map(({ content, files }) => [content, files.length]);
    };
    expect(await edit([picture])).toEqual([['Changed.', 1]]);
    expect(await edit([])).toEqual([['Changed.', 0]]);
  });
});

describe('a send', () => {
  test('that is repeated with the same part gives the message of before', async () => {
    const { discord, anna, send } = await setup();
    const first = await send(anna.dmId, { markdown: 'Answer' }, 'part-1');
    const again = await send(anna.dmId, { markdown: 'Answer' }, 'part-1');
    expect(again).toEqual(first);
    expect(discord.messages(anna.dmId)).toHaveLength(1);
    expect(discord.messages(anna.dmId)[0]?.nonce).toMatch(/^[\w-]{22}$/);
  });

  test.for([
    [{ status: 403, code: 50_013 }, true],
    [{ status: 404, code: 10_003 }, true],
    [{ status: 403, code: 50_007 }, true],
    [{ status: 503 }, false],
  ] as const)('refused with %o fails for good: %s', async ([trouble, permanent]) => {
    const { discord, anna, send } = await setup();
    discord.trouble('POST', /messages$/, trouble, 5);
    await expect(send(anna.dmId, { markdown: 'Answer' })).rejects.toMatchObject({ permanent });
  });

  test('into a forbidden channel is told as trouble until one succeeds', async () => {
    const { discord, send, troubles } = await setup();
    discord.trouble('POST', /messages$/, { status: 403, code: 50_013 });
    await send(discord.channelId, { markdown: 'Answer' }).catch(() => undefined);
    expect(troubles).toEqual(['permission']);
    await send(discord.channelId, { markdown: 'Answer' }, 'again');
    expect(troubles).toEqual(['permission', 'over']);
  });
});

describe('a connection', () => {
  test('with a wrong token is said to be refused, and nothing is tried again', async () => {
    const { troubles, discord } = await setup({
      prepare: (fake) => {
        fake.flags.validToken = false;
      },
    });
    expect(troubles).toEqual(['token-refused']);
    expect(discord.calls.filter((call) => call.path === '/gateway/bot')).toEqual([]);
  });

  test('without the content intent says so and hears what is for it', async () => {
    const { discord, anna, troubles, events, until } = await setup({
      prepare: (fake) => {
        fake.flags.messageContent = false;
      },
    });
    expect(troubles).toEqual(['content-intent']);
    discord.says(anna.id, discord.channelId, `<@${discord.botId}> hello`);
    await until(() => events).toMatchObject([{ text: 'hello' }]);
  });

  test('that was lost is said, and what came meanwhile is taken', async () => {
    const { discord, anna, troubles, events, until } = await setup();
    discord.closeGateway(4_000);
    await until(() => troubles).toEqual(['unreachable']);
    discord.says(anna.id, anna.dmId, 'are you there?');
    await until(() => troubles).toEqual(['unreachable', 'over']);
    await until(() => events).toMatchObject([{ text: 'are you there?' }]);
  });

  test('looks back in the chats it knows, and in others only after the last word of all', async () => {
    let lastSeen: { channelId: string; nativeId: string }[] = [];
    const { events, until } = await setup({
      get lastSeen() {
        return lastSeen;
      },
      prepare(fake) {
        const anna = fake.user('anna');
        fake.says(anna.id, fake.channelId, `<@${fake.botId}> too old`);
        const nativeId = fake.says(anna.id, anna.dmId, 'seen');
        fake.says(anna.id, anna.dmId, 'missed');
        fake.says(anna.id, fake.channelId, `<@${fake.botId}> missed here`);
        fake.says(anna.id, fake.channelId, 'for nobody');
        lastSeen = [{ channelId: anna.dmId, nativeId }];
      },
    });
    await until(() => events.map((event) => ('text' in event ? event.text : event.kind)).toSorted()).toEqual([
      'missed',
      'missed here',
    ]);
  });
});

describe('what happens in a channel', () => {
  test('a reply, a role mention and a thread of its own are for it; bots and others are not', async () => {
    const { discord, anna, adapter, events, addressIn, until, send } = await setup();
    const { nativeId } = await send(discord.channelId, { markdown: 'Answer' });
    discord.says(anna.id, discord.channelId, 'and then?', {
      message_reference: { message_id: nativeId, channel_id: discord.channelId },
    });
    await until(() => events).toMatchObject([{ text: 'and then?', quote: { text: 'Answer' } }]);
    discord.says(anna.id, discord.channelId, 'for nobody');
    discord.says(anna.id, discord.channelId, `<@&${discord.roleId}> by role`);
    await until(() => events.at(-1)).toMatchObject({ text: 'by role' });
    const thread = await adapter.openThread?.(addressIn(discord.channelId), 'Plans');
    discord.says(anna.id, thread?.chatId ?? '', 'in the thread');
    await until(() => events.at(-1)).toMatchObject({
      text: 'in the thread',
      address: { chatId: thread?.chatId },
    });
    expect(events).toHaveLength(3);
  });

  test('edits, deletions and reactions are told', async () => {
    const { discord, anna, events, until } = await setup();
    const id = discord.says(anna.id, anna.dmId, 'hello');
    discord.edits(id, 'hello you');
    await until(() => events.at(-1)).toMatchObject({ kind: 'edit', nativeId: id, text: 'hello you' });
    discord.reacts(anna.id, id, '👍');
    await until(() => events.at(-1)).toMatchObject({
      kind: 'reaction',
      targetNativeId: id,
      emoji: '👍',
      added: true,
    });
    discord.deletes(id);
    await until(() => events.at(-1)).toMatchObject({ kind: 'deletion', targetNativeId: id });
  });

  test('emoji, mentions and stickers are read as people read them', async () => {
    const { discord, anna, events, until } = await setup();
    discord.says(anna.id, anna.dmId, `<:party:123456> <@${anna.id}> and <@&5>`, {
      mentions: [{ id: anna.id, username: 'anna', global_name: 'Anna' }],
      sticker_items: [{ id: '1', name: 'wave', format_type: 1 }],
    });
    await until(() => events).toMatchObject([{ text: ':party: @Anna and @a role\n[sticker: wave]' }]);
  });

  test('a channel that is gone is told', async () => {
    const { discord, events, until } = await setup();
    discord.dispatch('CHANNEL_DELETE', { id: discord.channelId, type: 0, guild_id: discord.guildId });
    await until(() => events).toMatchObject([
      { kind: 'membership', change: 'removed', address: { chatId: discord.channelId } },
    ]);
  });
});
