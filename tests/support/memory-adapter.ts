import type { DeliveryFault } from '../../src/core/chat/delivery-fault.ts';
import type { ChatAdapter, ChatHandlers, InboundEvent, Picture } from '../../src/core/contracts/chat.ts';

type Membership = Extract<InboundEvent, { kind: 'membership' }>;

export interface MemoryChat {
  readonly adapter: ChatAdapter;
  /** Says something as this account, in its private chat or in a group. */
  say(nativeId: string, text: string, options?: { group?: string; replyTo?: string }): void;
  /** The id of the n-th message in a chat. */
  idOf(chatId: string, index: number): string;
  press(nativeId: string, label: string, options?: { group?: string }): void;
  /** An opinion on the last message in a chat. */
  react(nativeId: string, emoji: string, added?: boolean): void;
  /** The bot was added to, or removed from, a chat by someone. */
  membership(nativeId: string, change: Membership['change'], chat: Membership['chat'] & { id: string }): void;
  moves(fromChatId: string, toChatId: string): void;
  /** The next sends to a chat fail so. */
  fails(chatId: string, fault: DeliveryFault, times?: number): void;
  /** The pictures that came into a chat, oldest first. */
  pictures(chatId: string): readonly Picture[];
  /** What stands in a chat now, oldest first. */
  seen(chatId: string): readonly string[];
}

/** A platform in memory, for what the core does on all of them. Real platforms have suites on their real protocols. */
export function createMemoryChat(platform: string): MemoryChat {
  const chats = new Map<
    string,
    { id: string; text: string; buttons: { label: string; token: string }[] }[]
  >();
  const pictures = new Map<string, Picture[]>();
  const faults: { chatId: string; fault: DeliveryFault }[] = [];
  let handlers: ChatHandlers | undefined;
  let count = 0;

  const base = (nativeId: string, group?: string) => ({
    nativeId: `${++count}`,
    revision: 0,
    at: 0,
    address: { platform, account: 'bot', chatId: group ?? nativeId, threadKey: '' },
    sender: { nativeId, displayName: `Person *${nativeId}*` },
    chat: { kind: group ? ('group' as const) : ('private' as const) },
  });
  const deliver = (event: InboundEvent) => handlers?.onEvents([event]);

  return {
    say(nativeId, text, { group, replyTo } = {}) {
      const command = /^\/(\w+)\s*(.*)$/.exec(text);
      deliver(
        command
          ? {
              ...base(nativeId, group),
              kind: 'command',
              name: command[1] ?? '',
              input: command[2] ?? '',
              ...(replyTo && { replyTo }),
            }
          : { ...base(nativeId, group), kind: 'message', text, attachments: [] },
      );
    },
    press(nativeId, label, { group } = {}) {
      const button = [...chats.values()]
        .flat()
        .flatMap((message) => message.buttons)
        .findLast((one) => one.label === label);
      deliver({ ...base(nativeId, group), kind: 'press', token: button?.token ?? 'forged' });
    },
    react(nativeId, emoji, added = true) {
      const target = chats.get(nativeId)?.at(-1)?.id ?? '';
      deliver({ ...base(nativeId), kind: 'reaction', targetNativeId: target, emoji, added });
    },
    membership(nativeId, change, { id, ...chat }) {
      const event = base(nativeId);
      deliver({ ...event, address: { ...event.address, chatId: id }, chat, kind: 'membership', change });
    },
    moves(fromChatId, toChatId) {
      const event = base(fromChatId, fromChatId);
      deliver({ ...event, kind: 'migration', toChatId });
    },
    fails(chatId, fault, times = 1) {
      for (let n = 0; n < times; n++) faults.push({ chatId, fault });
    },
    pictures: (chatId) => pictures.get(chatId) ?? [],
    idOf: (chatId, index) => chats.get(chatId)?.[index]?.id ?? '',
    seen: (chatId) => (chats.get(chatId) ?? []).map((message) => message.text),
    adapter: {
      platform,
      account: 'bot',
      capabilities: {
        streaming: 'none',
        edits: true,
        buttons: true,
        buttonsOutliveRestart: true,
        typing: false,
        answerButtons: true,
        pictures: true,
      },
      limits: { textLength: 4_096, fetchBytes: 20_000_000 },
      start(given) {
        handlers = given;
        return Promise.resolve();
      },
      stop() {
        handlers = undefined;
        return Promise.resolve();
      },
      render: (message) => [
        {
          text: message.markdown,
          buttons: (message.buttons ?? []).flat().map(({ label, token }) => ({ label, token })),
          pictures: (message.pictures ?? []).map((picture) => ({ ...picture })),
        },
      ],
      send(address, part) {
        const at = faults.findIndex((one) => one.chatId === address.chatId);
        if (at !== -1) return Promise.reject(faults.splice(at, 1)[0]?.fault);
        const id = `sent-${++count}`;
        const buttons = part.buttons as { label: string; token: string }[];
        chats.set(address.chatId, [
          ...(chats.get(address.chatId) ?? []),
          { id, text: part.text as string, buttons },
        ]);
        const shown = part.pictures as unknown as readonly Picture[];
        pictures.set(address.chatId, [...(pictures.get(address.chatId) ?? []), ...shown]);
        return Promise.resolve({ nativeId: id });
      },
      edit(address, ref, part) {
        const message = chats.get(address.chatId)?.find((one) => one.id === ref.nativeId);
        if (message) message.text = part.text as string;
        return Promise.resolve(ref);
      },
      showTyping: () => Promise.resolve(),
      openDirect: () => Promise.resolve('unreachable'),
      // oxlint-disable-next-line require-yield
      async *fetchFile() {
        throw new Error('no files here');
      },
    },
  };
}
