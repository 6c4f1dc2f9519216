import { onTestFinished } from 'vitest';
import type { AppConfig } from '../../src/core/config/app-config.ts';
import { type FakeOllama, startFakeOllama } from './fake-ollama.ts';
import { loadSimulator } from './simulators.ts';
import { temporaryFolder, testConfig } from './steward.ts';

export interface View {
  readonly id: string;
  readonly text: string;
  readonly content: string;
  readonly embeds: readonly object[];
  readonly buttons: readonly { readonly label: string; readonly customId: string }[];
  readonly attachments: readonly {
    readonly name: string;
    readonly contentType: string;
    readonly description: string | null;
    text(): string;
  }[];
  readonly ephemeral: boolean;
  readonly fromBot: boolean;
  readonly loading: boolean;
  readonly edits: number;
  readonly replyTo: string | null;
  readonly pings: {
    readonly everyone: boolean;
    readonly users: readonly string[];
    readonly roles: readonly string[];
  };
}

interface Latency {
  readonly ack: number | null;
  readonly ackKind: string | null;
  readonly final: number | null;
}
export interface Action {
  readonly latency: Latency;
  readonly message: View;
  ack(options?: object): Promise<string>;
}

type Channel = string | { readonly id: string };
type Match = string | RegExp | ((view: View) => boolean);
interface Waiting {
  readonly channel?: Channel;
  readonly timeout?: number;
  readonly since?: number;
  readonly stableMs?: number;
}

export interface Person {
  readonly id: string;
  says(channel: Channel, text: string, options?: object): Action;
  dm(text: string, options?: object): Action;
  edits(message: View, text: string): void;
  deletes(message: View): void;
  reacts(message: View, emoji: string): void;
  unreacts(message: View, emoji: string): void;
  slash(name: string, options?: object, where?: { channel: Channel }): Action;
  autocomplete(
    name: string,
    options: object,
    focused: string,
    where?: object,
  ): Promise<readonly { name: string }[]>;
  commandsVisible(where?: { channel: Channel }): readonly { readonly name: string }[];
  clicks(message: View, label: string): Action;
  closesDms(): void;
  sees(channel?: Channel): readonly View[];
  look(message: View): View | null;
  transcript(channel?: Channel): string;
  waitForReply(match?: Match, options?: Waiting): Promise<View>;
  waitForDm(match?: Match, options?: Waiting): Promise<View>;
  waitForButton(label: string | RegExp, options?: Waiting): Promise<{ message: View }>;
  expectSilence(ms: number, options?: Waiting): Promise<void>;
}

export interface Simulator {
  readonly api: string;
  readonly token: string;
  readonly bot: { readonly id: string };
  readonly violations: readonly { readonly rule: string }[];
  user(name: string): Person;
  addUser(user: object): Person;
  addChannel(guild: undefined, channel: object): { readonly id: string };
  channel(name: Channel): { readonly id: string };
  threads(): readonly { readonly id: string; readonly name: string }[];
  setOverwrite(channel: Channel, who: string, change: object): void;
  kickBot(): void;
  commands(): readonly { readonly name: string }[];
  unfinished(): readonly object[];
  waitForCommand(name: string): Promise<unknown>;
  waitForConnection(): Promise<unknown>;
  until(probe: () => unknown, options?: { timeout: number }): Promise<unknown>;
  assertClean(options?: { except: readonly string[] }): void;
  report(): {
    readonly byRoute: Readonly<Record<string, number>>;
    readonly warnings: readonly { readonly rule: string }[];
  };
  readonly clock: { advance(ms: number): void };
  readonly faults: { add(fault: object): void };
  readonly gateway: {
    drop(options: object): void;
    requestReconnect(): void;
    invalidSession(options: object): void;
    duplicateNext: number;
    refuseConnections: number;
    connected: boolean;
  };
  stop(): Promise<void>;
}

export interface DiscordPhone {
  readonly sim: Simulator;
  readonly ollama: FakeOllama;
  /** The owner, unless `owners` is false. */
  readonly alice: Person;
  readonly bob: Person;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  config(): AppConfig;
}

export interface DiscordPhoneOptions {
  readonly owners?: boolean;
  readonly sim?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** The simulator, a model and two people on one server; gone when the test is over. */
export async function openDiscord(folder: string, options: DiscordPhoneOptions = {}): Promise<DiscordPhone> {
  const module = await loadSimulator(folder, 'discord/src/index.mjs');
  const { DiscordSim } = module as { DiscordSim: { start(options: object): Promise<Simulator> } };
  const sim = await DiscordSim.start({
    users: ['alice', 'bob'],
    intents: { messageContent: true },
    gateway: { identifyIntervalMs: 0 },
    ...options.sim,
  });
  onTestFinished(() => sim.stop());
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  const alice = sim.user('alice');
  const home = temporaryFolder();
  const env = {
    DISCORD_BOT_TOKEN: sim.token,
    DISCORD_API_URL: sim.api,
    ...(options.owners !== false && { STEWARD_OWNERS: `discord:${alice.id}` }),
    ...options.env,
  };
  return {
    sim,
    ollama,
    alice,
    bob: sim.user('bob'),
    home,
    env,
    config: () => testConfig({ home, ollamaUrl: ollama.url, env }),
  };
}
