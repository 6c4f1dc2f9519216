import { type AppOverrides, build, type BuildResult, type Running, type StartResult } from './composition.ts';
import type { AppConfig } from './core/config/app-config.ts';
import type { InboundEvent } from './core/contracts/chat.ts';
import type { Command } from './core/contracts/commands.ts';
import type { StewardEvent } from './core/contracts/events.ts';
import type { Database } from './core/db/database.ts';
import { StorageFault } from './core/db/storage-fault.ts';
import { createIdSource } from './core/ids.ts';
import { systemClock } from './core/system-clock.ts';
import { createMetrics, type Metrics } from './core/telemetry/metrics.ts';

export type { AppOverrides } from './composition.ts';

export interface App {
  start(): Promise<StartResult>;
  /** Drains, stores and closes. A second call no longer waits for running answers: they are parked. */
  stop(drainMs?: number): Promise<void>;
  /** Stores an event as if a chat had brought it. For one-shot runs and tests. */
  accept(events: readonly InboundEvent[]): void;
  /** Does what is due by the clock of this app. */
  runDue(): void;
  /** Resolves when every turn, command and part that can be finished is. */
  settled(): Promise<void>;
  /** Hears what happens, from `task-started` to the single pieces of an answer. Returns how to stop it. */
  /** Resolves when no model is being fetched. */
  fetching(): Promise<void>;
  onEvent(listener: (event: StewardEvent) => void): () => void;
  readonly runId: string;
  readonly commands: readonly Command[];
  readonly metrics: Metrics;
  readonly database: Database;
}

const defaultDrainMs = 10_000;

/** The program behind one handle. Nothing in src imports it but the entries. */
export function createApp(config: AppConfig, overrides: AppOverrides = {}): App {
  const clock = overrides.clock ?? systemClock;
  const mode = overrides.mode ?? 'live';
  const ids = createIdSource(clock);
  const runId = ids.next();
  const metrics = createMetrics();
  let running: Running | undefined;
  const live = (): Running => {
    if (!running) throw new Error('the app is not started');
    return running;
  };

  return {
    runId,
    metrics,
    async start() {
      let built: BuildResult;
      try {
        built = await build({ config, overrides, clock, mode, ids, runId, metrics });
      } catch (error) {
        if (error instanceof StorageFault) return { ok: false, exitCode: 1, message: error.message };
        throw error;
      }
      if (!built.ok) return built;
      running = built.running;
      await running.open();
      return { ok: true };
    },
    async stop(drainMs = overrides.drainMs ?? defaultDrainMs) {
      await running?.close(drainMs);
    },
    accept: (events) => live().accept(events),
    settled: () => live().settled(),
    runDue: () => live().runDue(),
    fetching: () => live().fetching(),
    onEvent: (listener) => live().events.subscribe(listener),
    get commands() {
      return live().commands;
    },
    get database() {
      return live().database;
    },
  };
}
