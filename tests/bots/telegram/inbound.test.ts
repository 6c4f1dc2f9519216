import type { Update } from 'grammy/types';
import { describe, expect, test } from 'vitest';
import { inboundEvents } from '../../../src/bots/telegram/inbound.ts';

const context = {
  self: { id: 7, username: 'steward_bot' },
  commandNames: new Set(['status', 'new']),
  now: 1_000,
};
const anna = { id: 5_000_000_001, is_bot: false, first_name: 'Anna', last_name: 'B.' };
const home = { id: anna.id, type: 'private', first_name: 'Anna' };
const family = { id: -1_001_234_567_890, type: 'supergroup', title: 'Family' };

const read = (...updates: object[]) =>
  inboundEvents(
    updates.map((update, n) => ({ update_id: 100 + n, ...update }) satisfies object as Update),
    context,
  );
const message = (change: object) => ({
  message: { message_id: 11, date: 1_700_000_000, chat: home, from: anna, ...change },
});
const inGroup = (change: object) => message({ chat: family, ...change });

describe('a private chat', () => {
  test('a text is a message with its keys as text', () => {
    expect(read(message({ text: 'hello' }))).toEqual([
      {
        kind: 'message',
        nativeId: '11',
        revision: 0,
        at: 1_700_000_000_000,
        address: { platform: 'telegram', account: '7', chatId: '5000000001', threadKey: '' },
        chat: { kind: 'private' },
        sender: { nativeId: '5000000001', displayName: 'Anna B.' },
        text: 'hello',
        attachments: [],
      },
    ]);
  });

  test('a command is one, with the name of this bot and without', () => {
    for (const text of ['/status now', '/Status@steward_bot now'])
      expect(read(message({ text })), text).toMatchObject([
        { kind: 'command', name: 'status', input: 'now' },
      ]);
    expect(read(message({ text: '/status@other_bot' }))).toMatchObject([{ kind: 'message' }]);
    expect(read(inGroup({ text: '/status@other_bot' }))).toEqual([]);
  });

  test('an edit carries its revision, a press its token, a stop its chat', () => {
    expect(
      read({
        edited_message: { message_id: 11, date: 1, edit_date: 9, chat: home, from: anna, text: 'new' },
      }),
    ).toMatchObject([{ kind: 'edit', nativeId: '11', revision: 9, text: 'new' }]);
    const card = { message_id: 12, date: 1, chat: home };
    expect(
      read({ callback_query: { id: 'q1', from: anna, chat_instance: 'x', data: 'token', message: card } }),
    ).toMatchObject([{ kind: 'press', nativeId: 'q1', token: 'token', sender: { nativeId: '5000000001' } }]);
    expect(read({ stopped_message_generation: { chat: home, draft_id: 1 } })).toMatchObject([
      { kind: 'stop', address: { chatId: '5000000001' } },
    ]);
  });

  test('a quote and a forward are marked as someone else’s words', () => {
    const replied = {
      message_id: 3,
      date: 1,
      chat: home,
      from: { ...anna, first_name: 'Carl' },
      text: 'all of it',
    };
    expect(
      read(message({ text: 'why?', reply_to_message: replied, quote: { text: 'of it', position: 4 } })),
    ).toMatchObject([{ quote: { text: 'of it', author: 'Carl B.' } }]);
    for (const [origin, name] of [
      [{ type: 'user', sender_user: anna, date: 1 }, 'Anna B.'],
      [{ type: 'hidden_user', sender_user_name: 'Shy', date: 1 }, 'Shy'],
      [
        {
          type: 'channel',
          chat: { id: -1, type: 'channel', title: 'News' },
          message_id: 1,
          author_signature: 'Ed',
          date: 1,
        },
        'News (Ed)',
      ],
    ] as const)
      expect(read(message({ text: '/status', forward_origin: origin }))).toMatchObject([
        { kind: 'message', text: '/status', forwardedFrom: name },
      ]);
  });

  test('files come with name, type and size; a photo in its largest form', () => {
    const file = (id: string, change: object = {}) => ({
      file_id: id,
      file_unique_id: id,
      file_size: 5,
      ...change,
    });
    const photo = [file('small', { width: 10, height: 10 }), file('large', { width: 90, height: 90 })];
    expect(read(message({ photo, caption: 'look' }))).toMatchObject([
      {
        text: 'look',
        attachments: [{ nativeId: 'large', name: 'photo-11.jpg', mediaType: 'image/jpeg', sizeBytes: 5 }],
      },
    ]);
    expect(
      read(message({ document: file('d', { file_name: 'a.pdf', mime_type: 'application/pdf' }) })),
    ).toMatchObject([{ attachments: [{ name: 'a.pdf', mediaType: 'application/pdf' }] }]);
    for (const [field, name] of [
      ['voice', 'voice-11.ogg'],
      ['video', 'video-11.mp4'],
      ['audio', 'audio-11.mp3'],
      ['video_note', 'video-note-11.mp4'],
      ['animation', 'animation-11.mp4'],
    ] as const)
      expect(read(message({ [field]: file('x') }))).toMatchObject([{ attachments: [{ name }] }]);
  });

  test('an album in one batch is one message', () => {
    const item = (id: number, change: object = {}) =>
      message({
        message_id: id,
        media_group_id: 'g',
        photo: [{ file_id: `f${id}`, file_unique_id: 'u', width: 1, height: 1 }],
        ...change,
      });
    const events = read(
      item(22),
      item(21, { caption: 'our trip' }),
      message({ message_id: 23, text: 'after' }),
    );
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({
      text: 'our trip',
      attachments: [{ nativeId: 'f22' }, { nativeId: 'f21' }],
    });
  });

  test('what has no words becomes readable ones, service messages nothing', () => {
    for (const [change, text] of [
      [{ sticker: { emoji: '😀' } }, '[sticker 😀]'],
      [{ location: { latitude: 1.5, longitude: 2 } }, '[location: 1.5, 2]'],
      [{ contact: { first_name: 'Bo', phone_number: '+1' } }, '[contact: Bo, +1]'],
      [{ dice: { emoji: '🎲', value: 4 } }, '[dice: 🎲 4]'],
      [{ poll: { question: 'Tea?', options: [{ text: 'yes' }, { text: 'no' }] } }, '[poll: Tea? (yes) (no)]'],
    ] as const)
      expect(read(message(change))).toMatchObject([{ text }]);
    expect(read(message({ new_chat_title: 'x' }), message({ pinned_message: {} }))).toEqual([]);
  });
});

describe('a group', () => {
  const mention = (text: string) => ({
    text,
    entities: [{ type: 'mention', offset: text.indexOf('@'), length: '@steward_bot'.length }],
  });

  test('that talks past the bot is not heard', () => {
    expect(read(inGroup({ text: 'dinner at eight?' }), inGroup({ text: '/unknown' }))).toEqual([]);
  });

  test('is heard by mention, by reply and by command; ids of its messages name the chat', () => {
    expect(read(inGroup(mention('hey @steward_bot what is it?')))).toMatchObject([
      {
        kind: 'message',
        text: 'hey what is it?',
        nativeId: '-1001234567890:11',
        chat: { kind: 'group', title: 'Family' },
      },
    ]);
    const ours = {
      message_id: 5,
      date: 1,
      chat: family,
      from: { id: 7, is_bot: true, first_name: 'S' },
      text: 'yes',
    };
    expect(read(inGroup({ text: 'really?', reply_to_message: ours }))).toMatchObject([{ kind: 'message' }]);
    expect(read(inGroup({ text: '/status' }))).toMatchObject([{ kind: 'command', name: 'status' }]);
  });

  test('a command typed as a reply says to what', () => {
    const ours = { ...message({ text: 'an answer' }), message_id: 77 };
    expect(read(message({ text: '/why', reply_to_message: ours }))).toMatchObject([
      { kind: 'command', name: 'why', replyTo: '77' },
    ]);
    expect(read(message({ text: '/why' }))[0]).not.toHaveProperty('replyTo');
  });

  test('a topic is a thread, a thread of replies is not', () => {
    const topic = { message_thread_id: 4, ...mention('@steward_bot hi') };
    expect(read(inGroup({ ...topic, is_topic_message: true }))).toMatchObject([
      { address: { threadKey: '4' } },
    ]);
    expect(read(inGroup(topic))).toMatchObject([{ address: { threadKey: '' } }]);
  });

  test('an anonymous admin writes as the group, bots are not heard', () => {
    const bot = { id: 9, is_bot: true, first_name: 'Other' };
    expect(read(inGroup({ ...mention('@steward_bot hi'), from: bot }))).toEqual([]);
    expect(read(inGroup({ ...mention('@steward_bot hi'), from: bot, sender_chat: family }))).toMatchObject([
      { sender: { nativeId: '-1001234567890', displayName: 'Family' } },
    ]);
  });

  test('an upgrade, a coming and a going, a thumb', () => {
    expect(
      read(inGroup({ chat: { id: -5, type: 'group', title: 'Old' }, migrate_to_chat_id: family.id })),
    ).toMatchObject([{ kind: 'migration', address: { chatId: '-5' }, toChatId: '-1001234567890' }]);
    const member = (before: string, after: string, chat: object) => ({
      my_chat_member: {
        chat,
        from: anna,
        date: 2,
        old_chat_member: { status: before },
        new_chat_member: { status: after },
      },
    });
    expect(
      read(
        member('left', 'member', family),
        member('member', 'administrator', family),
        member('member', 'kicked', family),
        member('member', 'kicked', home),
      ).map((event) => event.kind === 'membership' && event.change),
    ).toEqual(['added', 'removed', 'blocked']);
    const thumb = { type: 'emoji', emoji: '👍' };
    const reaction = {
      chat: family,
      message_id: 5,
      user: anna,
      date: 2,
      old_reaction: [],
      new_reaction: [thumb],
    };
    expect(read({ message_reaction: reaction })).toMatchObject([
      { kind: 'reaction', emoji: '👍', added: true, targetNativeId: '-1001234567890:5' },
    ]);
  });
});
