import { onTestFinished } from 'vitest';
import type { AppConfig } from '../../src/core/config/app-config.ts';
import { type FakeOllama, startFakeOllama } from './fake-ollama.ts';
import { loadSimulator } from './simulators.ts';
import { temporaryFolder, testConfig, type TestConfigOptions } from './steward.ts';

export interface View {
  readonly id: number;
  readonly kind: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly edits: number;
  /** Of a photo, its largest size. */
  readonly media?: { readonly width?: number };
  readonly buttons: readonly (readonly { readonly text: string }[])[];
}

export interface Group {
  readonly id: number;
}

interface Place {
  readonly in?: Group;
  readonly thread?: number;
}

/** Somebody with the app in the hand. */
export interface Person {
  readonly id: number;
  sends(text: string, options?: Place & { replyTo?: View }): View;
  starts(): void;
  repliesTo(message: View, text: string): View;
  sendsDocument(file: object): View;
  sendsVoice(options?: object): View;
  sendsLocation(options?: object): View;
  forwards(message: View, options: { to: unknown }): View;
  edits(message: View, text: string): void;
  reacts(message: View, emoji: string): void;
  presses(label: string, options?: object): { readonly answered: Promise<{ readonly text?: string }> };
  /** Sends any data as a press on a message, as a modified app could. */
  callback(chat: RawChat, message: RawMessage, data: string): { readonly answered: Promise<unknown> };
  blocks(): void;
  unblocks(): void;
  stopsDraft(): void;
  createsGroup(options: object): Group;
  createsTopic(group: Group, name: string): number;
  addsBotTo(group: Group, options?: { admin?: boolean }): void;
  removesBotFrom(group: Group): void;
}

type Chat = Person | Group;
type RawChat = { readonly raw: 'chat' };
type RawMessage = { readonly raw: 'message' };

/** What the suites use of the simulator. */
export interface Simulator {
  readonly apiRoot: string;
  readonly token: string;
  readonly bot: { readonly username: string };
  user(facts: object): Person;
  waitForReply(
    chat: Chat,
    match: string | RegExp | ((view: View) => boolean),
    options?: object,
  ): Promise<View>;
  waitForSettled(chat: Chat, options: object): Promise<{ text: string }>;
  waitFor(probe: () => unknown, timeout?: number): Promise<unknown>;
  waitForCall(method: string): Promise<unknown>;
  botMessages(chat: Chat): readonly View[];
  transcript(chat: Chat): readonly View[];
  chat(chat: Chat): RawChat;
  message(view: View, chat: RawChat): RawMessage;
  state(chat: Chat): { readonly drafts: readonly { readonly text: string }[]; readonly typing?: unknown };
  commandsShownTo(
    user: Person,
    chat: Chat,
  ): readonly { readonly command: string; readonly description: string }[];
  fault(fault: object): void;
  clearFaults(): void;
  duplicateUpdates(n: number, mode: string): void;
  shuffleUpdates(batches: number): void;
  upgradeGroup(chat: Group): Group;
  shiftClock(ms: number): void;
  print(chat: Chat): string;
  report(): {
    readonly errors: Readonly<Record<string, number>>;
    readonly floodViolations: number;
    readonly conflicts: number;
  };
  assertClean(options: object): void;
  readonly log: {
    calls(method: string): readonly { readonly at: number; readonly ok: boolean }[];
  };
  stop(): Promise<void>;
}

export interface Phone {
  readonly sim: Simulator;
  readonly ollama: FakeOllama;
  /** The owner, unless `owners` is false. */
  readonly anna: Person;
  readonly config: (change?: TestConfigOptions['change']) => AppConfig;
  /** The same as `config`, for a process of its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
}

export interface PhoneOptions {
  readonly owners?: boolean;
  readonly sim?: object;
  /** More variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The simulator, a model, and a person who has started the bot; gone when the test is over. */
export async function openPhone(folder: string, options: PhoneOptions = {}): Promise<Phone> {
  const module = await loadSimulator(folder, 'telegram/index.mjs');
  const { TelegramSim } = module as { TelegramSim: { start(options: object): Promise<Simulator> } };
  const sim = await TelegramSim.start({ strict: true, ...options.sim });
  onTestFinished(() => sim.stop());
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  const anna = sim.user({ first_name: 'Anna', started: true });
  const home = temporaryFolder();
  const env = {
    TELEGRAM_BOT_TOKEN: sim.token,
    TELEGRAM_API_ROOT: sim.apiRoot,
    ...(options.owners !== false && { STEWARD_OWNERS: `telegram:${anna.id}` }),
    ...options.env,
  };
  return {
    sim,
    ollama,
    anna,
    env,
    home,
    config: (change) => testConfig({ home, ollamaUrl: ollama.url, env, ...(change && { change }) }),
  };
}
