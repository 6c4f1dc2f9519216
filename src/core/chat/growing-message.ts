import type { LiveMessage, SentRef } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';

/** An answer that is there at once needs no "typing" before it. */
const patienceMs = 250;

/** How a platform shows an answer in a message that it edits. */
export interface GrowingMessageOptions {
  readonly clock: Clock;
  /** The least time between two drawings. */
  readonly frameMs: number;
  /** "typing" goes by itself after a while; it is said again as often as this until there is text. */
  readonly typingMs: number;
  readonly existing?: SentRef;
  onRef(ref: SentRef): void;
  showTyping(): Promise<void>;
  /** Draws into the message, or begins one when there is none yet; undefined when there is nothing to see yet. */
  draw(markdown: string, ref: SentRef | undefined): Promise<SentRef | undefined>;
  /** `stop` gives the preview up; the final parts come all the same. */
  onFault(error: unknown, hasMessage: boolean): 'go-on' | 'stop';
}

/**
 * An answer that grows by edits. "typing" stands there until it has text; an answer that is done before the first frame
 * is never drawn, so that it is sent whole.
 */
export function createGrowingMessage(options: GrowingMessageOptions): LiveMessage {
  const { clock, frameMs, typingMs } = options;
  const ending = new AbortController();
  const silence = new AbortController();
  let ref = options.existing;
  let isGivenUp = false;
  let markdown = '';
  let drawn = '';

  const draw = async (): Promise<void> => {
    const now = markdown;
    if (isGivenUp || now === drawn) return;
    try {
      const shown = await options.draw(now, ref);
      if (!shown) return;
      if (!ref) options.onRef(shown);
      ref = shown;
      drawn = now;
      silence.abort();
    } catch (error) {
      isGivenUp = options.onFault(error, ref !== undefined) === 'stop';
    }
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.sleep(frameMs, ending.signal).catch(() => undefined);
      if (!ending.signal.aborted) await draw();
    }
  };

  const keepTyping = async (): Promise<void> => {
    const quiet = AbortSignal.any([ending.signal, silence.signal]);
    await clock.sleep(patienceMs, quiet).catch(() => undefined);
    while (!quiet.aborted) {
      // Best effort: the answer itself matters.
      await options.showTyping().catch(() => undefined);
      await clock.sleep(typingMs, quiet).catch(() => undefined);
    }
  };
  const running = Promise.all([run(), keepTyping()]);

  return {
    update(text) {
      markdown = text;
    },
    note: () => undefined,
    async settle() {
      ending.abort();
      await running;
    },
  };
}
