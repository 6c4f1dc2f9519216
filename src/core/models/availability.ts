import type { ModelsConfig } from '../config/models-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { EngineHealth, ModelEngine } from '../contracts/models.ts';
import type { ModelStore } from './embedded/store.ts';

export type LocalState =
  | { readonly state: 'ready'; readonly engine: 'ollama' | 'embedded'; readonly model: string }
  /** An engine is there and has none of its models; `model` is the one to fetch. */
  | {
      readonly state: 'model-missing';
      readonly engine: 'ollama' | 'embedded';
      readonly model: string;
      readonly detail: string;
    }
  | { readonly state: 'unreachable'; readonly detail: string };

export type CloudState =
  | { readonly state: 'ready' }
  | { readonly state: 'no-key' }
  | { readonly state: 'key-refused' }
  | { readonly state: 'switched-off'; readonly detail: string }
  /** `detail` names whose budget of which period is spent. */
  | { readonly state: 'used-up'; readonly detail: string };

export interface Availability {
  local(): Promise<LocalState>;
  /** Whether Claude can be asked, by this person where one is named. */
  cloud(personId?: string): CloudState;
  /** What the engine says of itself, at most a few seconds old where it was well, asked now where it was not. */
  engine(name: string): Promise<EngineHealth>;
  /** A call has shown that the last answer is out of date. */
  forget(engineName: string): void;
  /** A call was refused for its key: Claude is left alone for a minute. */
  noteKeyRefused(): void;
}

const freshMs = 10_000;
const answerMs = 1_500;
const keyRefusedMs = 60_000;

/**
 * Knows which models can be asked, without making a turn wait: a good answer is used again while it is looked up anew
 * in the background, a bad one is checked again before anybody is told that there is no model.
 */
export function createAvailability(options: {
  engines: ReadonlyMap<string, ModelEngine>;
  config: ModelsConfig;
  clock: Clock;
  /** The files of the embedded models, where there is that engine. */
  store?: Pick<ModelStore, 'installed' | 'recommended'> | undefined;
  budget(): { readonly dayUsd: number; readonly monthUsd: number };
  /** Whose budget of which period is spent, if any is. */
  usedUp?(personId: string | undefined): string | undefined;
  onChange(engine: string, health: EngineHealth): void;
}): Availability {
  const { engines, config, clock } = options;
  const known = new Map<string, { health: EngineHealth; at: number }>();
  const asking = new Map<string, Promise<EngineHealth>>();
  const key = { refusedUntil: 0 };

  const ask = (name: string): Promise<EngineHealth> => {
    const running = asking.get(name);
    if (running) return running;
    const engine = engines.get(name);
    if (!engine) return Promise.resolve({ state: 'unreachable', detail: 'not configured' });
    const asked = engine.health(AbortSignal.timeout(answerMs)).then((health) => {
      const before = known.get(name)?.health;
      known.set(name, { health, at: clock.now() });
      asking.delete(name);
      if (before && before.state !== health.state) options.onChange(name, health);
      return health;
    });
    asking.set(name, asked);
    return asked;
  };

  const engineHealth = (name: string): Promise<EngineHealth> => {
    const last = known.get(name);
    if (!last || last.health.state !== 'ready') return ask(name);
    if (clock.now() - last.at >= freshMs) void ask(name);
    return Promise.resolve(last.health);
  };

  const pick = (installed: readonly string[] = []): string | undefined =>
    config.roles.local.find((model) =>
      installed.some((name) => name === model || name === `${model}:latest`),
    );

  return {
    engine: engineHealth,
    async local() {
      const health = await engineHealth('ollama');
      const isThere = health.state === 'ready';
      // A model pulled a moment ago is not in the last answer.
      const model = isThere ? (pick(health.installed) ?? pick((await ask('ollama')).installed)) : undefined;
      if (model) return { state: 'ready', engine: 'ollama', model };
      const [own] = options.store?.installed() ?? [];
      if (own) return { state: 'ready', engine: 'embedded', model: own };
      if (isThere)
        return {
          state: 'model-missing',
          engine: 'ollama',
          model: config.roles.local[0] ?? '',
          detail: health.detail,
        };
      const offered = options.store?.recommended();
      if (offered)
        return { state: 'model-missing', engine: 'embedded', model: offered, detail: health.detail };
      return { state: 'unreachable', detail: health.detail };
    },
    cloud(personId) {
      if (!engines.has('anthropic')) return { state: 'no-key' };
      const { dayUsd, monthUsd } = options.budget();
      if (dayUsd <= 0 || monthUsd <= 0)
        return { state: 'switched-off', detail: `budget.${dayUsd <= 0 ? 'dayUsd' : 'monthUsd'} is 0` };
      if (clock.now() < key.refusedUntil) return { state: 'key-refused' };
      const usedUp = options.usedUp?.(personId);
      if (usedUp !== undefined) return { state: 'used-up', detail: usedUp };
      return { state: 'ready' };
    },
    forget(engineName) {
      known.delete(engineName);
    },
    noteKeyRefused() {
      key.refusedUntil = clock.now() + keyRefusedMs;
    },
  };
}
