import { type APIMessage, type REST, Routes } from 'discord.js';
import { createGrowingMessage } from '../../core/chat/growing-message.ts';
import type { ChatAddress, LiveMessage, SentRef } from '../../core/contracts/chat.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { deliveryFault, problemOf } from './faults.ts';
import { onceOnly, pingsNobody, replyTo } from './outbound.ts';
import { previewOf } from './render.ts';

/** Five edits in five seconds are what a channel takes. */
const frameMs = 1_200;
/** "typing" goes after 10 s (developers docs, Trigger Typing Indicator). */
const typingMs = 8_000;
const typingStandsMs = 5_000;

export interface LiveOptions {
  readonly rest: REST;
  readonly clock: Clock;
  readonly log: Logger;
  readonly address: ChatAddress;
  readonly existing?: SentRef;
  readonly partId: string;
  readonly replyTo?: string | undefined;
  showTyping(channelId: string): Promise<void>;
  onRef(ref: SentRef): void;
}

/** An answer that grows by edits of one message. */
export function openLive(options: LiveOptions): LiveMessage {
  const { rest, clock, log } = options;
  const { chatId } = options.address;
  return createGrowingMessage({
    clock,
    frameMs,
    typingMs,
    ...(options.existing && { existing: options.existing }),
    onRef: options.onRef,
    showTyping: () => options.showTyping(chatId),
    async draw(markdown, ref) {
      const content = previewOf(markdown);
      if (content === '') return undefined;
      const body = { content, ...pingsNobody };
      if (ref) {
        await rest.patch(Routes.channelMessage(chatId, ref.nativeId), { body });
        return ref;
      }
      const message = (await rest.post(Routes.channelMessages(chatId), {
        body: { ...body, ...onceOnly(`live ${options.partId}`), ...replyTo(options.replyTo) },
      })) as APIMessage;
      return { nativeId: message.id };
    },
    onFault(error) {
      log.debug({ reason: problemOf(error).description }, 'preview not shown');
      return deliveryFault(error, 'not shown').permanent ? 'stop' : 'go-on';
    },
  });
}

/** Says "typing", but not again while it surely stands there: each channel takes only some of these calls. */
export function createTyping(rest: REST, clock: Clock): (channelId: string) => Promise<void> {
  const saidAt = new Map<string, number>();
  return async (channelId) => {
    const now = clock.now();
    if (now - (saidAt.get(channelId) ?? -Infinity) < typingStandsMs) return;
    saidAt.set(channelId, now);
    await rest.post(Routes.channelTyping(channelId));
  };
}
