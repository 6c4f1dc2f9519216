import { onTestFinished } from 'vitest';
import { type FakeAnthropic, startFakeAnthropic } from './fake-anthropic.ts';
import { type FakeOllama, startFakeOllama } from './fake-ollama.ts';
import { createHandClock, type HandClock } from './hand-clock.ts';
import { createMemoryChat, type MemoryChat } from './memory-adapter.ts';
import { startSteward, type Steward, testConfig, type TestConfigOptions, testKey } from './steward.ts';

/** The account of the owner on the platform `telegram`, which is one in memory here. */
export const owner = '100';
export const stranger = '666';

export interface Household extends Steward {
  readonly ollama: FakeOllama;
  readonly claude: FakeAnthropic;
  readonly phone: MemoryChat;
  readonly clock: HandClock;
  /** Says something, waits until all it started has ended, and gives the last message in that chat. */
  says(who: string, text: string, chat?: { group?: string; replyTo?: string }): Promise<string | undefined>;
  presses(who: string, label: string): Promise<string | undefined>;
  /** Lets time go by and does what is due then. */
  passes(ms: number): Promise<void>;
}

/** The whole program with a terminal and a phone, at noon of 24 November 2026 UTC. */
export async function startHousehold(
  options: { owners?: string; at?: number } & Pick<TestConfigOptions, 'change'> = {},
): Promise<Household> {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  const claude = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => ollama.stop());
  onTestFinished(() => claude.stop());
  const phone = createMemoryChat('telegram');
  const clock = createHandClock(options.at ?? Date.UTC(2026, 10, 24, 12));
  const steward = await startSteward(
    testConfig({
      ollamaUrl: ollama.url,
      anthropicUrl: claude.url,
      ...(options.change && { change: options.change }),
      env: { STEWARD_OWNERS: options.owners ?? `telegram:${owner}` },
    }),
    { adapters: [phone.adapter], clock },
  );
  return {
    ...steward,
    ollama,
    claude,
    phone,
    clock,
    async says(who, text, chat = {}) {
      phone.say(who, text, chat);
      await steward.settled();
      return phone.seen(chat.group ?? who).at(-1);
    },
    async presses(who, label) {
      phone.press(who, label);
      await steward.settled();
      return phone.seen(who).at(-1);
    },
    async passes(ms) {
      await clock.advance(ms);
      steward.app.runDue();
      await steward.settled();
    },
  };
}
