import { describe, expect, test } from 'vitest';
import type {
  ChatAdapter,
  ChatAddress,
  ChatHandlers,
  InboundEvent,
  SentRef,
} from '../../src/core/contracts/chat.ts';
import { png } from '../support/sample-files.ts';

/** How a suite acts as the person on the other side of an adapter. */
export interface ChatPerson {
  readonly adapter: ChatAdapter;
  readonly address: ChatAddress;
  say(text: string): Promise<void>;
  /** Presses a button by its label, or by its number where buttons are numbers. */
  press(label: string): Promise<void>;
  /** All that the person sees now. */
  see(): Promise<string>;
  /** The pictures that stand in the chat, with the words that go with them. */
  readonly seePictures?: () => readonly { readonly bytes: Buffer; readonly words: string }[];
  /** A file that `fetchFile` can bring, with its bytes. */
  sendFile(): Promise<{ readonly bytes: string }>;
  /** What the platform does with a batch that could not be stored. */
  readonly afterRefusal: 'reported' | 'redelivered';
}

const refusal = 'The disk is full.';

/** What every platform promises (core/contracts/chat.ts), run against each of them. */
export function chatAdapterContract(name: string, setup: () => Promise<ChatPerson>): void {
  async function start(onEvents?: (batch: readonly InboundEvent[]) => void) {
    const person = await setup();
    const events: InboundEvent[] = [];
    const handlers: ChatHandlers = {
      commands: [
        { name: 'status', description: 'what is ready', access: 'member', options: [], isPersonal: false },
      ],
      onEvents(batch) {
        onEvents?.(batch);
        events.push(...batch);
        return { refused: [] };
      },
      owners: () => [],
      lastSeen: () => [],
      complete: () => [],
    };
    await person.adapter.start(handlers);
    const { adapter, address } = person;
    const put = async (markdown: string, buttons?: { label: string; token: string }[]) => {
      const parts = adapter.render({ markdown, ...(buttons && { buttons: [buttons] }) });
      const refs = [];
      for (const [index, part] of parts.entries())
        refs.push(await adapter.send(address, part, `part-${Math.random().toString(36).slice(2)}-${index}`));
      return { parts, refs };
    };
    return { ...person, events, put };
  }
  const until = (probe: () => unknown) => expect.poll(probe, { timeout: 10_000, interval: 5 });

  describe(`the ${name} adapter`, () => {
    test('delivers a message with the keys by which a duplicate is known', async () => {
      const { say, events, adapter } = await start();
      await say('hello there');
      await until(() => events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        kind: 'message',
        text: 'hello there',
        revision: 0,
        address: { platform: adapter.platform, account: adapter.account },
      });
      expect(events[0]?.nativeId).not.toBe('');
      expect(events[0]?.sender.nativeId).not.toBe('');
      await say('another');
      await until(() => events).toHaveLength(2);
      expect(events[1]?.nativeId).not.toBe(events[0]?.nativeId);
      await adapter.stop();
    });

    test('delivers a command with its name and what follows', async () => {
      const { say, events, adapter } = await start();
      await say('/status please now');
      await until(() => events).toHaveLength(1);
      expect(events[0]).toMatchObject({ kind: 'command', name: 'status', input: 'please now' });
      await adapter.stop();
    });

    test('loses nothing when a batch could not be stored', async () => {
      let refused = 0;
      const { say, events, adapter, see, afterRefusal } = await start(() => {
        refused += 1;
        if (refused === 1) throw new Error(refusal);
      });
      await say('keep this');
      if (afterRefusal === 'reported') {
        await until(see).toContain(refusal);
        expect(await see()).toContain('keep this');
      } else await until(() => events).toMatchObject([{ text: 'keep this' }]);
      await adapter.stop();
    });

    test('shows a long text whole, in parts within the limits, each with a ref of its own', async () => {
      const { put, see, adapter } = await start();
      const words = Array.from({ length: 1_500 }, (_, n) => `word${n}`);
      const { refs, parts } = await put(
        words.map((word, n) => (n % 50 === 49 ? `${word}\n\n` : word)).join(' '),
      );
      expect(new Set(refs.map((ref) => ref.nativeId)).size).toBe(parts.length);
      const seen = (await see()).replaceAll(/\s+/g, ' ');
      for (const word of words) expect(seen).toContain(word);
      await adapter.stop();
    });

    test('shows what an edit says', async () => {
      const { put, see, adapter, address } = await start();
      const { refs } = await put('Shall I?');
      const [ref] = refs;
      const [part] = adapter.render({ markdown: 'Shall I?\n\nDone by you.' });
      if (!ref || !part) throw new Error('nothing was sent');
      await adapter.edit(address, ref, part);
      await until(see).toContain('Done by you.');
      await adapter.stop();
    });

    test('turns a press into its token, once the card is there and not after it is gone', async () => {
      const { put, press, say, events, adapter, address } = await start();
      const { refs } = await put('Shall I?', [
        { label: 'Yes', token: 'token-yes' },
        { label: 'No', token: 'token-no' },
      ]);
      await press('No');
      await until(() => events).toMatchObject([{ kind: 'press', token: 'token-no' }]);
      const [part] = adapter.render({ markdown: 'Shall I?\n\nNo.' });
      if (refs[0] && part) await adapter.edit(address, refs[0], part);
      await say('2');
      await until(() => events).toHaveLength(2);
      expect(events[1]).toMatchObject({ kind: 'message', text: '2' });
      await adapter.stop();
    });

    test('shows text of a model as text', async () => {
      const { put, see, adapter } = await start();
      await put(
        'Look: \u001b[2J\u001b]0;x\u0007 <b>bold</b> [safe.example](https://evil.example) \u202Egnp.exe @everyone',
      );
      const seen = await see();
      expect(seen).toContain('<b>bold</b>');
      expect(seen).toContain('https://evil.example');
      expect(seen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
      await adapter.stop();
    });

    test('draws an answer while it grows, and in the end shows it once', async () => {
      const { put, see, adapter, address } = await start();
      let shownIn: SentRef | undefined;
      const live = adapter.openLive?.(address, { partId: 'live-part', onRef: (ref) => (shownIn = ref) });
      live?.note('asking a model');
      live?.update('The first');
      if (live) await until(see).toContain('The first');
      live?.update('The first and the last words.');
      await live?.settle();
      const [part] = adapter.render({ markdown: 'The first and the last words.' });
      if (shownIn && part) await adapter.edit(address, shownIn, part);
      else await put('The first and the last words.');
      const seen = await see();
      expect(seen.match(/The first and the last words\./g)).toHaveLength(1);
      expect(seen).not.toContain('asking a model');
      await adapter.stop();
    });

    test('shows a picture with its words, and where it shows none what says the same', async () => {
      const { see, seePictures, adapter, address } = await start();
      const bytes = png(40, 30);
      const parts = adapter.render({
        markdown: 'Here it is.',
        pictures: [
          {
            name: 'bars.png',
            pngBase64: bytes.toString('base64'),
            description: 'Two bars, of which one is @longer.',
            alternative: '```\nfirst  ███\nsecond █████\n```',
          },
        ],
      });
      // As the outbox keeps them.
      for (const [index, part] of (JSON.parse(JSON.stringify(parts)) as typeof parts).entries())
        await adapter.send(address, part, `picture-part-${index}`);
      expect(await see()).toContain('Here it is.');
      const isSeen = (await see()).includes('second █████');
      const pictures = seePictures?.() ?? [];
      expect(isSeen).toBe(!adapter.capabilities.pictures);
      expect(pictures.map((one) => one.bytes.equals(bytes))).toEqual(
        adapter.capabilities.pictures ? [true] : [],
      );
      for (const { words } of pictures) expect(words.replaceAll('\u2060', '')).toContain('one is @longer.');
      await adapter.stop();
    });

    test('brings the bytes of a file', async () => {
      const { sendFile, events, adapter } = await start();
      const { bytes } = await sendFile();
      await until(() => events).toHaveLength(1);
      const [event] = events;
      const ref = event && 'attachments' in event ? event.attachments[0] : undefined;
      if (!ref) throw new Error('no attachment');
      const chunks: Uint8Array[] = [];
      for await (const chunk of adapter.fetchFile(ref, new AbortController().signal)) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(bytes);
      await adapter.stop();
    });

    test('is silent after a stop, which may come twice, and can still send', async () => {
      const { say, events, adapter, put, see } = await start();
      await adapter.stop();
      await adapter.stop();
      await say('too late').catch(() => undefined);
      await put('A last word.');
      expect(await see()).toContain('A last word.');
      expect(events).toHaveLength(0);
    });
  });
}
