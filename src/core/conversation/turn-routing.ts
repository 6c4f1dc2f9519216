import type { Classification, Classifier } from '../contracts/routing.ts';
import type { StewardConfig } from '../config/steward-schema.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Database } from '../db/database.ts';
import { readForModel, type StoredUpload } from '../files/uploads.ts';
import type { Availability } from '../models/availability.ts';
import { foldText, spaceless, wordsOf } from '../routing/classifier/words.ts';
import {
  type CacheScope,
  type ExactCache,
  isSelfContainedAndTimeless,
  mayStandAlone,
} from '../routing/exact-cache.ts';
import type { Recalibration } from '../routing/recalibration.ts';
import { chooseRoute, type Route } from '../routing/router.ts';
import { askedAgain, type AskedBefore } from './asked-again.ts';
import type { Collected } from './attachments.ts';
import { type HistoryTurn, pastTurns } from './history.ts';
import type { PrivacyConsents } from './privacy-consents.ts';
import type { Thread } from './threads.ts';
import type { Task } from './turn-records.ts';

/** As the classifier has it, corrected by what became of earlier answers, and with what the chat adds. */
export interface TurnClassification extends Classification {
  /** The score as the classifier gave it. */
  readonly rawScore: number;
}

/** What is decided about a turn before any model answers it. */
export interface TurnPlan {
  readonly classification: TurnClassification;
  readonly route: Route;
  /** The turns before it. */
  readonly past: readonly HistoryTurn[];
  /** An answer that can be given again. */
  readonly cached: Task | undefined;
  /** The answer needs nothing of what was said before, so that is left out, and the answer is kept for the next time. */
  readonly cacheScope: CacheScope | undefined;
  /** The turn whose question is put again: its answer was not good enough. */
  readonly again: AskedBefore | undefined;
}

/** Earlier turns that can be what a message goes on from. */
const contextTurns = 2;
const contextMs = 24 * 3_600_000;
const surelyFollowUp = 0.5;
const classifiedFileCharacters = 3_000;

export interface PlanOptions {
  readonly database: Database;
  readonly models: ModelsConfig;
  readonly classifier: Classifier;
  readonly recalibration: Recalibration;
  readonly cache: ExactCache;
  readonly consents: PrivacyConsents;
  readonly availability: Availability;
  steward(): StewardConfig;
  mayUseCloud(personId: string): boolean;
}

export function createTurnPlanner(
  options: PlanOptions,
): (input: { task: Task; thread: Thread; collected: Collected; signal: AbortSignal }) => Promise<TurnPlan> {
  const { database, models, cache, consents, availability } = options;

  const classify = async (
    task: Task,
    past: readonly HistoryTurn[],
    collected: Collected,
    signal: AbortSignal,
  ): Promise<TurnClassification> => {
    const recent = past
      .slice(-contextTurns)
      .filter(({ createdAt }) => task.createdAt - createdAt <= contextMs);
    const judged = await options.classifier.classify(
      {
        text: [task.text, ...spokenIn(task), ...collected.files.map(({ name }) => name)].join('\n').trim(),
        context: recent.flatMap(({ question, answer }) => [question, answer]),
      },
      signal,
    );
    const inFiles = await Promise.all(collected.files.map(sensitivityOfFile));
    // What goes on from private words is private, whatever it says itself.
    const goesOn = judged.followUp >= surelyFollowUp && recent.at(-1)?.isPrivate === true;
    return {
      ...judged,
      rawScore: judged.score,
      score: options.recalibration.corrected(judged.score),
      sensitivity: goesOn ? 1 : Math.max(judged.sensitivity, ...inFiles),
    };
  };

  /** Of its text; what is in a picture is not known. */
  const sensitivityOfFile = async (file: StoredUpload): Promise<number> => {
    if (file.kind !== 'text') return 0;
    const content = await readForModel(file, { maxInlineCharacters: classifiedFileCharacters });
    return content.kind === 'text' ? options.classifier.quick({ text: content.text }).sensitivity : 0;
  };

  /** Looked up only for what is private: most messages need none. */
  const permitFor = (
    task: Task,
    thread: Thread,
    { sensitivity }: Classification,
    sensitiveAbove: number,
  ): 'thread' | undefined =>
    sensitivity >= sensitiveAbove && consents.hasPermit(thread.id, task.personId) ? 'thread' : undefined;

  return async ({ task, thread, collected, signal }) => {
    const { routing } = options.steward();
    const past = pastTurns(database, thread, task.id);
    const classification = await classify(task, past, collected, signal);
    const choice = options.mayUseCloud(task.personId) ? (task.modelChoice ?? thread.modelChoice) : 'local';
    const kinds = new Set(collected.files.map((file) => file.kind));
    const route = chooseRoute(
      {
        choice,
        local: await availability.local(),
        cloud: availability.cloud(task.personId),
        needs: [
          ...(kinds.has('image') ? (['images'] as const) : []),
          ...(kinds.has('pdf') ? (['pdf'] as const) : []),
        ],
        classification,
        thresholds: routing,
        consent: task.consent ?? permitFor(task, thread, classification, routing.sensitiveAbove),
      },
      models,
    );

    const again = askedAgain(database, task);
    const isPlain = collected.files.length === 0 && task.quote === null && task.forwardedFrom === null;
    const scope: CacheScope = {
      personId: task.personId,
      chatKind: thread.kind,
      chat: `${thread.platform} ${thread.account} ${thread.chatId}`,
      choice,
      promptHash: task.promptHash,
    };
    // Whoever asks for it anew gets it anew: by /retry, or by saying it again after the same answer was given again.
    const wantsNew = task.retryOf !== null || again?.cachedFrom != null;
    // What is kept was judged to stand alone when it was kept; what is new is judged without what was said before it.
    const mayBeKept = isPlain && mayStandAlone(task.text);
    const cached = mayBeKept && !wantsNew ? cache.find(scope, task.text) : undefined;
    const standsAlone =
      mayBeKept &&
      isSelfContainedAndTimeless(
        past.length === 0 ? classification : options.classifier.quick({ text: task.text }),
        routing.sensitiveAbove,
      ) &&
      !sharesWords(task.text, past, again?.id);
    return { classification, route, past, cached, cacheScope: standsAlone ? scope : undefined, again };
  };
}

/** What the person quotes or passes on. */
const spokenIn = (task: Task): readonly string[] => (task.quote ? [task.quote] : []);

const shortestContentWord = 4;

/** Whether a message names something that was spoken of: then its sense may hang on it. */
function sharesWords(text: string, past: readonly HistoryTurn[], exceptTaskId: string | undefined): boolean {
  const folded = foldText(text);
  const others = past.filter(({ taskId }) => taskId !== exceptTaskId);
  if (others.length === 0) return false;
  if (spaceless.test(folded)) return true;
  const wanted = wordsOf(folded).filter((word) => word.length >= shortestContentWord);
  return others.some(({ question, answer }) => {
    const said = new Set(wordsOf(foldText(`${question}\n${answer}`)));
    return wanted.some((word) => said.has(word));
  });
}
