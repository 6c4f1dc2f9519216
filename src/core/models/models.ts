import { join } from 'node:path';
import type { AppConfig } from '../config/app-config.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelEngine } from '../contracts/models.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createAnthropicEngine } from './anthropic.ts';
import { type Availability, createAvailability } from './availability.ts';
import { createModelCaller, type ModelCallerWithBreakers } from './caller.ts';
import { createEmbeddedEngine } from './embedded/engine.ts';
import { createModelStore, type ModelStore } from './embedded/store.ts';
import { createOllamaEngine } from './ollama.ts';
import type { Logger } from '../telemetry/log.ts';

export interface Models {
  /** By name; Claude only where there is a key. */
  readonly engines: ReadonlyMap<string, ModelEngine>;
  readonly caller: ModelCallerWithBreakers;
  readonly availability: Availability;
  /** The files of the embedded models, where there is that engine. */
  readonly store: ModelStore | undefined;
  /** Takes what this process has loaded out of memory. */
  close(): Promise<void>;
}

/** A home server has other uses for the memory of a model that nobody talks to. */
const embeddedIdleMs = 10 * 60_000;

/** The engines that are configured, the caller that guards them, and what is known of their health. */
export function createModels(options: {
  config: AppConfig;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  budget(): { readonly dayUsd: number; readonly monthUsd: number };
  /** Whose budget of which period is spent, if any is. */
  usedUp?(personId: string | undefined): string | undefined;
  onHealthChange(engine: string, state: string): void;
}): Models {
  const { config, clock, metrics } = options;
  const { ollamaHost, anthropicApiKey, anthropicBaseUrl } = config.environment;
  const engines = new Map<string, ModelEngine>([['ollama', createOllamaEngine({ host: ollamaHost })]]);
  if (anthropicApiKey)
    engines.set(
      'anthropic',
      createAnthropicEngine({
        apiKey: anthropicApiKey,
        ...(anthropicBaseUrl && { baseUrl: anthropicBaseUrl }),
      }),
    );
  const store =
    config.models.roles.embedded.length > 0
      ? createModelStore({ folder: join(config.paths.home, 'models'), models: config.models })
      : undefined;
  const embedded =
    store &&
    createEmbeddedEngine({
      clock,
      log: options.log,
      idleMs: embeddedIdleMs,
      gpu: config.steward.embedded.gpu,
      ...store,
    });
  if (embedded) engines.set('embedded', embedded);
  const caller = createModelCaller({
    engines,
    limits: config.models.engines,
    clock,
    observer: {
      retried: (engine, code) => metrics.retry(engine, code),
      breakerChanged: (engine, state) => metrics.breaker(engine, state),
      queued: (engine, waiting) => metrics.queueDepth(engine, waiting),
    },
  });
  const availability = createAvailability({
    engines,
    config: config.models,
    clock,
    // What was fetched before is used all the same.
    store:
      store && config.steward.embedded.fetch === 'never' ? { ...store, recommended: () => undefined } : store,
    budget: options.budget,
    ...(options.usedUp && { usedUp: options.usedUp }),
    onChange: (engine, health) => options.onHealthChange(engine, health.state),
  });
  return { engines, caller, availability, store, close: () => embedded?.close() ?? Promise.resolve() };
}
