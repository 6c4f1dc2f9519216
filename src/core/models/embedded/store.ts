import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ModelsConfig } from '../../config/models-schema.ts';
import type { PullProgress } from '../../contracts/models.ts';
import { modelFault } from '../fault.ts';
import { fetchModel } from './fetch-model.ts';

/** The machine as far as it decides which model it can run. */
export interface Machine {
  readonly memoryBytes: number;
  readonly cores: number;
}

export const thisMachine = (): Machine => ({ memoryBytes: totalmem(), cores: availableParallelism() });

/** The files of the embedded models. */
export interface ModelStore {
  installed(): readonly string[];
  pathOf(model: string): string | undefined;
  /** Fetches the file of a model. Throws ModelFault with a sentence for each source that failed. */
  pull(model: string, signal: AbortSignal): AsyncIterable<PullProgress>;
  /** The best model that suits the machine; undefined when there is none to fetch. */
  recommended(): string | undefined;
  /** The small one, enough to see Steward run. */
  toy(): string | undefined;
}

export function createModelStore(options: {
  readonly folder: string;
  readonly models: ModelsConfig;
  readonly machine?: Machine;
}): ModelStore {
  const { folder, models } = options;
  const machine = options.machine ?? thisMachine();
  const names = models.roles.embedded;

  const fileOf = (model: string): string => join(folder, `${model}.gguf`);
  const pathOf = (model: string): string | undefined =>
    existsSync(fileOf(model)) ? fileOf(model) : undefined;
  const suits = (model: string): boolean => {
    const { memoryBytes = 0, cores = 1, isToy = false } = models.models[model] ?? {};
    return !isToy && memoryBytes <= machine.memoryBytes && cores <= machine.cores;
  };

  return {
    pathOf,
    installed: () => names.filter((name) => pathOf(name) !== undefined),
    async *pull(model, signal) {
      const sources = models.models[model]?.sources ?? [];
      try {
        yield* fetchModel({ sources, target: fileOf(model), signal });
      } catch (error) {
        if (signal.aborted)
          throw modelFault({ code: 'cancelled', engine: 'embedded', model, message: 'stopped' });
        const message = error instanceof Error ? error.message : String(error);
        throw modelFault({ code: 'unreachable', engine: 'embedded', model, message, cause: error });
      }
    },
    recommended: () => names.find(suits) ?? names.find((name) => models.models[name]?.isToy),
    toy: () => names.find((name) => models.models[name]?.isToy),
  };
}
