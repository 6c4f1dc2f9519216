import { join } from 'node:path';
import type { ModelFault } from '../contracts/models.ts';
import { eq } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import type { Candidate } from '../routing/router.ts';
import type { Answered, Unanswered } from './answer.ts';
import { type Verdict, verdictOn, verdictWords } from './answer-verdict.ts';
import { type AskedCandidate, createCandidateAsker } from './ask-candidate.ts';
import { type Collected, collectAttachments } from './attachments.ts';
import { isShutdown, type Turn, type TurnOptions } from './running-turn.ts';
import type { Closing, DecisionFacts, Task } from './turn-records.ts';
import type { TurnPlan } from './turn-routing.ts';
import { answerText, failedText, keptText, noModelText, stoppedText } from './turn-text.ts';

/** An answer of a model, before it is the answer of the turn. */
interface Given {
  readonly candidate: Candidate;
  readonly outcome: Answered;
  readonly notes: readonly string[];
}

/** A local answer that is held back while Claude is asked. */
interface Poor extends Given {
  readonly verdict: Verdict;
}

/**
 * What a turn does between its beginning and its end: takes the files, decides who answers, asks one model after the
 * other. Gives how the turn closes, or that it waits for somebody. Throws at a shutdown.
 */
export function createTurnWork(
  options: TurnOptions,
  /** Writes until the disk takes it. */
  store: <T>(turn: Turn, write: () => T) => Promise<T>,
): (turn: Turn) => Promise<Closing | 'held'> {
  const { database, ids, clock, metrics, config, records } = options;
  const askCandidate = createCandidateAsker(options);

  return work;

  async function work(turn: Turn): Promise<Closing | 'held'> {
    const { task, thread, adapter } = turn;
    const collected = await collect(turn);
    if (task.text.trim() === '' && collected.files.length === 0)
      return {
        state: 'failed',
        errorCode: 'nothing-usable',
        message: { markdown: collected.refusals.join('\n') || 'That message was empty.' },
      };

    if (task.text.trim() === '' && !task.quote && collected.files.every((file) => file.kind === 'other'))
      return {
        state: 'failed',
        errorCode: 'nothing-usable',
        message: { markdown: [...collected.files.map(keptText), ...collected.refusals].join('\n') },
      };

    const plan = await planOf(turn, collected);
    const { again } = plan;
    if (again && isFirstLook(task)) await store(turn, () => records.noteAskedAgain(again));
    if (plan.cached) return givenAgain(turn, plan, plan.cached);
    const { route } = plan;
    if (route.asksConsent && adapter.capabilities.buttons && options.mayAsk) {
      const reason = 'It looks private, so its writer is asked whether it may go to Claude.';
      await store(turn, () => {
        decide(task, plan, { route: 'ask', reason });
        options.consents.ask(task, thread, { canStayHome: route.candidates.length > 0 });
      });
      return 'held';
    }

    const notes = route.budgetNote === undefined ? [] : [route.budgetNote];
    const faults: ModelFault[] = [];
    let poor: Poor | undefined;
    for (const [at, candidate] of route.candidates.entries()) {
      // Claude was to better what the local model gave; behind it nothing is better.
      if (poor && candidate.route === 'local') break;
      const reason = [whyNot(poor, faults.at(-1)), candidate.reason].filter(Boolean).join(' ');
      await store(turn, () => decide(task, plan, { ...candidate, reason }));
      const asked = await ask(turn, candidate, collected, plan);
      const { outcome } = asked;
      if (turn.signal.aborted) return stopped(turn, candidate, outcome);
      if (!outcome.ok) {
        faults.push(outcome.fault);
        learnFrom(outcome.fault, candidate.engine);
        continue;
      }
      const given = { candidate, outcome, notes: [...notes, ...collected.refusals, ...asked.notes] };
      const verdict = candidate.route === 'local' ? verdictOn(outcome.text) : undefined;
      const hasBetter = route.candidates.slice(at + 1).some((next) => next.route === 'cloud');
      if (!verdict || !hasBetter) return answered(turn, plan, given, insteadOf(poor, faults, candidate));
      poor = { ...given, verdict };
      await store(turn, () => records.noteEscalation(task, verdict));
      turn.live?.update('');
      turn.live?.note(`${candidate.model} ${verdictWords[verdict]}, asking Claude`);
    }
    if (poor)
      return answered(turn, plan, poor, [
        `${poor.candidate.model} ${verdictWords[poor.verdict]}, and Claude could not be asked: take this with care.`,
      ]);

    const last = faults.at(-1);
    if (last)
      return {
        state: 'failed',
        errorCode: last.code,
        message: { markdown: failedText(faults, route.missing) },
      };
    const markdown = noModelText(route.missing);
    await store(turn, () => decide(task, plan, { route: 'none', reason: route.missing.join(' ') }));
    // What waits for a local model alone would be woken by Claude's coming back, in vain; a fetched one wakes it rightly.
    const isFetchable = (await options.availability.local()).state === 'model-missing';
    const mayWait = adapter.capabilities.buttons && (!route.isPrivate || isFetchable);
    const hold = mayWait ? await options.offerModel(task, thread, markdown) : undefined;
    if (!hold) return { state: 'failed', errorCode: 'no-model', message: { markdown } };
    await store(turn, hold);
    return 'held';
  }

  function decide(
    task: Task,
    { route, classification }: TurnPlan,
    decision: Pick<DecisionFacts, 'route' | 'model' | 'reason'>,
  ): void {
    const { cues, ...rest } = classification;
    records.decide(task, {
      ...decision,
      isPrivate: route.isPrivate,
      classification: { ...rest, language: rest.language ?? null, layers: [...rest.layers], cues: [...cues] },
    });
  }

  /** The same words were answered before: nothing is asked, and that is said. */
  async function givenAgain(turn: Turn, plan: TurnPlan, earlier: Task): Promise<Closing> {
    const { task, adapter } = turn;
    const at = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: options.steward().household.timezone,
    }).format(earlier.createdAt);
    const reason = `The same words were answered on ${at}.`;
    await store(turn, () => decide(task, plan, { route: 'cache', reason }));
    const hasButtons = adapter.capabilities.answerButtons;
    const note = `The same answer as on ${at}; nothing was asked anew.${hasButtons ? '' : ' `/retry` asks.'}`;
    return {
      state: 'answered',
      answer: earlier.answer ?? '',
      cachedFrom: earlier.id,
      ...(hasButtons && { acts: ['again'] as const }),
      message: { markdown: answerText(earlier.answer ?? '', 'stop', [note]) },
    };
  }

  function isLong(task: Task): boolean {
    return task.text.length > options.steward().maxMessageCharacters;
  }

  async function collect(turn: Turn): Promise<Collected> {
    const { task, adapter, signal } = turn;
    const row = database.orm
      .select({ event: inbox.event })
      .from(inbox)
      .where(eq(inbox.id, task.inboxId))
      .get();
    const attachments = row && 'attachments' in row.event ? row.event.attachments : [];
    if (attachments.length === 0 && !isLong(task)) return { files: [], refusals: [] };
    turn.live?.note('taking the files');
    return collectAttachments({
      database,
      ids,
      clock,
      adapter,
      taskId: task.id,
      traceId: task.traceId,
      attachments,
      longText: isLong(task) ? task.text : undefined,
      folder: join(config.paths.workspace, 'uploads'),
      limits: options.steward().files,
      signal,
    });
  }

  async function planOf({ task, thread, signal }: Turn, collected: Collected): Promise<TurnPlan> {
    const begun = clock.now();
    const plan = await options.plan({ task, thread, collected, signal });
    metrics.stage('route', clock.now() - begun);
    return plan;
  }

  async function ask(
    turn: Turn,
    candidate: Candidate,
    collected: Collected,
    plan: TurnPlan,
  ): Promise<AskedCandidate> {
    const { task, thread, live, signal } = turn;
    live?.note(`asking ${candidate.model}`);
    const asked = await askCandidate({
      task,
      thread,
      candidate,
      uploads: collected.files,
      textIsFile: isLong(task),
      standsAlone: plan.cacheScope !== undefined,
      past: plan.past,
      live,
      signal,
    });
    await store(turn, () => records.addStep(task, candidate, asked.outcome, asked.facts));
    return asked;
  }

  function answered(
    { adapter }: Turn,
    { cacheScope }: TurnPlan,
    { candidate, outcome, notes }: Given,
    remarks: readonly string[],
  ): Closing {
    const isPaid = candidate.route === 'cloud';
    return {
      state: 'answered',
      answer: outcome.text,
      candidate,
      firstTextAt: outcome.firstTextAt,
      message: { markdown: answerText(outcome.text, outcome.reason, [...remarks, ...notes]) },
      ...(outcome.reason === 'stop' && remarks.length === 0 && { cacheScope }),
      ...(isPaid && adapter.capabilities.answerButtons && { acts: ['why', 'good', 'bad'] as const }),
    };
  }

  function stopped(turn: Turn, candidate: Candidate, outcome: Answered | Unanswered): Closing {
    if (isShutdown(turn.signal)) throw new Error('shutdown');
    records.noteStop(turn.task);
    return {
      state: 'cancelled',
      candidate,
      answer: outcome.text,
      firstTextAt: outcome.firstTextAt,
      message: { markdown: stoppedText(outcome.text) },
    };
  }

  function learnFrom(fault: ModelFault, engine: string): void {
    if (fault.code === 'key-refused') options.availability.noteKeyRefused();
    if (fault.code === 'unreachable' || fault.code === 'model-missing') options.availability.forget(engine);
  }
}

/** Not one that goes on after a question or a crash, nor one that /retry asks: that has said so already. */
const isFirstLook = (task: Task): boolean =>
  task.consent === null && task.interruptions === 0 && task.retryOf === null;

function whyNot(poor: Poor | undefined, fault: ModelFault | undefined): string | undefined {
  if (poor) return `${poor.candidate.model} ${verdictWords[poor.verdict]}.`;
  return fault && `${fault.model} failed (${fault.code}).`;
}

/** Said under an answer that another model was to give. */
function insteadOf(
  poor: Poor | undefined,
  faults: readonly ModelFault[],
  { model, route }: Candidate,
): readonly string[] {
  if (poor) return [`${poor.candidate.model} ${verdictWords[poor.verdict]}, so ${model} answered.`];
  if (faults.some(({ code }) => code === 'over-budget') && route === 'local')
    return [`Claude did not fit what is left of the budget, so ${model} answered. \`/cost\` shows it.`];
  const first = faults.at(0);
  return first ? [`${first.model} could not answer (${first.code}), so ${model} did.`] : [];
}
