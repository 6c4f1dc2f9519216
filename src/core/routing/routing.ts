import { join } from 'node:path';
import type { AppConfig } from '../config/app-config.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelCaller, ModelEngine } from '../contracts/models.ts';
import type { Classifier } from '../contracts/routing.ts';
import type { Availability } from '../models/availability.ts';
import type { Logger } from '../telemetry/log.ts';
import { createClassifier } from './classifier/classifier.ts';
import { createFeatureLayer } from './classifier/feature-layer.ts';
import { readExamples } from './classifier/examples.ts';
import { createModelJudge } from './classifier/model-judge.ts';
import { createNeighbours, type Neighbours } from './classifier/neighbours.ts';

/** So long a message waits for its vector; an embedder that has to be loaded first takes longer. */
const patienceMs = 250;

/** What the judging model reads, and a second's grace. */
const fewestReadableTokens = 900;

export interface HouseholdClassifier extends Classifier {
  /** Resolves when all layers that will be there are. */
  prepared(): Promise<void>;
}

/**
 * The classifier with the layers that this household has: the features always, the neighbours where an embedder is
 * there, the local model where there is one that can judge. Read and prepared at the first message.
 */
export function createHouseholdClassifier(options: {
  config: AppConfig;
  clock: Clock;
  log: Logger;
  caller: ModelCaller;
  engines: ReadonlyMap<string, ModelEngine>;
  availability: Availability;
  /** What doctor measured that a local model reads in three seconds. */
  readableTokens(model: string): number | undefined;
  /** Ends what is prepared in the background. */
  signal: AbortSignal;
}): HouseholdClassifier {
  const { config, log } = options;
  let made: Classifier | undefined;
  let ready = Promise.resolve();
  const classifier = (): Classifier => (made ??= make());

  const make = (): Classifier => {
    const found: { neighbours?: Neighbours | undefined } = {};
    const find = async (): Promise<void> => {
      try {
        found.neighbours = await findNeighbours();
      } catch (error) {
        log.warn({ reason: String(error) }, 'routing without neighbours');
      }
    };
    ready = find();
    return createClassifier({
      features: createFeatureLayer(),
      neighbours: (text, language, signal) =>
        found.neighbours
          ? inTime((patience) =>
              found.neighbours?.opinion(text, language, AbortSignal.any([signal, patience])),
            )
          : Promise.resolve(undefined),
      judge: createModelJudge({ caller: options.caller, model: judgingModel }),
      onTrouble: (layer, error) => log.warn({ layer, reason: String(error) }, 'routing layer left out'),
    });
  };

  /** Nothing when it takes too long: an embedder may be busy with an answer, and an abort is heard only after it. */
  const inTime = async <T>(
    work: (patience: AbortSignal) => Promise<T> | undefined,
  ): Promise<T | undefined> => {
    const late = new AbortController();
    const done = new AbortController();
    const waited = options.clock.sleep(patienceMs, done.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await Promise.race([work(late.signal), waited.then(() => undefined)]);
    } finally {
      done.abort();
    }
  };

  /** The first embedder that works; no message waits until the examples have their vectors. */
  const findNeighbours = async (): Promise<Neighbours | undefined> => {
    for (const model of config.models.roles.embeddings) {
      const profile = config.models.models[model];
      const embed = profile && options.engines.get(profile.engine)?.embed;
      if (!embed) continue;
      try {
        await embed(model, ['Is it there?'], options.signal);
      } catch (error) {
        log.info({ model, reason: String(error) }, 'no neighbours by this embedder');
        continue;
      }
      const neighbours = createNeighbours({
        examples: readExamples(),
        model,
        languages: profile.languages,
        folder: join(config.paths.home, 'cache'),
        embed: (texts, signal) => embed(model, texts, signal),
      });
      await neighbours.prepare(options.signal);
      return neighbours;
    }
    return undefined;
  };

  const judgingModel = async () => {
    const local = await options.availability.local();
    const profile = local.state === 'ready' ? config.models.models[local.model] : undefined;
    if (local.state !== 'ready' || !profile || profile.isToy || !profile.capabilities.includes('schema'))
      return undefined;
    // A machine that reads slowly would take longer to judge than to answer.
    if ((options.readableTokens(local.model) ?? Infinity) < fewestReadableTokens) return undefined;
    return {
      engine: local.engine,
      model: local.model,
      contextTokens: profile.contextTokens,
      ...(profile.keepAlive && { keepAlive: profile.keepAlive }),
    };
  };

  return {
    quick: (message) => classifier().quick(message),
    classify: (message, signal) => classifier().classify(message, signal),
    async prepared() {
      classifier();
      await ready;
    },
  };
}
