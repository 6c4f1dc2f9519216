import type { AppConfig } from '../config/app-config.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelEngine } from '../contracts/models.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createAnthropicEngine } from './anthropic.ts';
import { type Availability, createAvailability } from './availability.ts';
import { createModelCaller, type ModelCallerWithBreakers } from './caller.ts';
import { createOllamaEngine } from './ollama.ts';

export interface Models {
  /** By name; Claude only where there is a key. */
  readonly engines: ReadonlyMap<string, ModelEngine>;
  readonly caller: ModelCallerWithBreakers;
  readonly availability: Availability;
}

/** The engines that are configured, the caller that guards them, and what is known of their health. */
export function createModels(options: {
  config: AppConfig;
  clock: Clock;
  metrics: Metrics;
  budget(): { readonly dayUsd: number; readonly monthUsd: number };
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
    budget: options.budget,
    onChange: (engine, health) => options.onHealthChange(engine, health.state),
  });
  return { engines, caller, availability };
}
