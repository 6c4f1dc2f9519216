import type { ModelsConfig } from '../config/models-schema.ts';
import type { Classification } from '../contracts/routing.ts';
import type { ModelChoice } from '../conversation/threads.ts';
import type { CloudState, LocalState } from '../models/availability.ts';
import type { Thresholds } from './thresholds.ts';

export interface RouteRequest {
  /** What the person chose for this chat with /model. It overrides the difficulty, never privacy or budget. */
  readonly choice: ModelChoice;
  readonly local: LocalState;
  readonly cloud: CloudState;
  /** What the message needs beyond text. */
  readonly needs: readonly ('images' | 'pdf')[];
  readonly classification: Classification;
  readonly thresholds: Thresholds;
  /** What its writer has decided about this message, or about all of theirs in this thread. */
  readonly consent: Consent | undefined;
}

export type Consent = 'once' | 'thread' | 'local';

export interface Candidate {
  readonly route: 'local' | 'cloud';
  readonly engine: string;
  readonly model: string;
  /** A whole sentence, shown by /why. */
  readonly reason: string;
}

/** In the order in which they are asked; the second is asked only when the first fails or answers badly. */
export interface Route {
  readonly candidates: readonly Candidate[];
  /** Why nothing more stands behind the candidates, or why there are none: sentences with remedies. */
  readonly missing: readonly string[];
  /** Its words are nothing for the cloud: no prompt for it may hold them, now or later. */
  readonly isPrivate: boolean;
  /** Claude would be the better one to ask, and only the writer can allow it. */
  readonly asksConsent: boolean;
  /** A sentence for the person where the budget alone kept Claude from answering. */
  readonly budgetNote: string | undefined;
}

/**
 * Local where the local model will do, Claude where the message is hard or nobody is sure, never Claude for what is
 * private unless its writer said so. Pure, so that every rule is a test.
 */
export function chooseRoute(request: RouteRequest, config: ModelsConfig): Route {
  const { choice, local, cloud, classification, thresholds, consent } = request;
  const localModel = local.state === 'ready' ? local.model : undefined;
  const missing = missingSentences(local, cloud);
  const isSensitive = classification.sensitivity >= thresholds.sensitiveAbove;
  const isPrivate = isSensitive && consent !== 'once' && consent !== 'thread';
  const wish = cloudWish(request, config);

  const byLocal = (reason: string): readonly Candidate[] =>
    localModel
      ? [{ route: 'local', engine: config.models[localModel]?.engine ?? 'ollama', model: localModel, reason }]
      : [];
  const byCloud = (reason: string): readonly Candidate[] =>
    cloud.state === 'ready' ? cloudCandidates(request, config, reason) : [];
  const route = (candidates: readonly Candidate[], more: Partial<Route> = {}): Route => ({
    candidates,
    missing,
    isPrivate,
    asksConsent: false,
    budgetNote: undefined,
    ...more,
  });

  if (choice === 'local')
    return route(byLocal('You chose the local model for this chat (/model local).'), {
      missing: missing.filter((sentence) => !sentence.includes('Claude')),
    });

  if (isPrivate) {
    const asksConsent = wish !== undefined && cloud.state === 'ready' && consent !== 'local';
    const reason =
      consent === 'local'
        ? 'It is private, and you chose to keep it at home.'
        : 'It looks private, so it stays at home.';
    return route(byLocal(reason), {
      asksConsent,
      missing: [
        ...missing.filter((sentence) => !sentence.includes('Claude')),
        'It looks private, so Claude is not asked without your word: `/retry cloud` asks you.',
      ],
    });
  }

  if (wish === undefined)
    return route([
      ...byLocal(openReason(classification, thresholds)),
      ...byCloud(
        localModel ? 'The budget allows Claude.' : 'There is no local model and the budget allows Claude.',
      ),
    ]);

  const allowed = isSensitive ? ' You allowed it to leave the house.' : '';
  const overBudget = cloud.state === 'used-up';
  return route(
    [
      ...byCloud(`${wish}${allowed}`),
      ...byLocal(
        cloud.state === 'ready' ? 'The local model is free.' : `${wish} But Claude cannot be asked.`,
      ),
    ],
    { budgetNote: overBudget && localModel ? usedUpSentence(cloud) : undefined },
  );
}

/** Why Claude should answer: a sentence, or undefined where the local model will do. */
function cloudWish(request: RouteRequest, config: ModelsConfig): string | undefined {
  const { choice, local, needs, classification, thresholds } = request;
  if (choice === 'cloud') return 'You chose Claude for this chat (/model cloud).';
  if (local.state !== 'ready') return 'There is no local model and the budget allows Claude.';
  const unread = needs.filter((need) => !config.models[local.model]?.capabilities.includes(need));
  if (unread.length > 0) return `The local model cannot read ${unread.join(' or ')}, Claude can.`;
  return needOfCloud(classification, thresholds) && openReason(classification, thresholds);
}

/** Why a message as such is for Claude, leaving aside who is there and who may. */
export function needOfCloud(
  { score, difficultyConfidence }: Classification,
  { cloudAbove, unsureBelow }: Thresholds,
): 'hard' | 'unsure' | undefined {
  if (score >= cloudAbove) return 'hard';
  return difficultyConfidence < unsureBelow ? 'unsure' : undefined;
}

/** Where a message goes when nobody is asked and both kinds of model are there. */
export function routeWithoutAsking(
  classification: Classification,
  thresholds: Thresholds,
): 'local' | 'cloud' {
  if (classification.sensitivity >= thresholds.sensitiveAbove) return 'local';
  return needOfCloud(classification, thresholds) ? 'cloud' : 'local';
}

/** Why a message goes where `routeWithoutAsking` says: a sentence. */
export function routeReason(classification: Classification, thresholds: Thresholds): string {
  const { sensitivity } = classification;
  if (sensitivity < thresholds.sensitiveAbove) return openReason(classification, thresholds);
  const aside = needOfCloud(classification, thresholds) ? ' unless its writer allows Claude' : '';
  return `It looks private (${percent(sensitivity)}), so it stays at home${aside}.`;
}

function openReason(classification: Classification, thresholds: Thresholds): string {
  const { difficulty, difficultyConfidence } = classification;
  switch (needOfCloud(classification, thresholds)) {
    case 'hard':
      return `It is ${difficulty} (${benefitOf(classification)}): work for Claude.`;
    case 'unsure':
      return `I am not sure how hard it is (${percent(difficultyConfidence)}): better Claude.`;
    case undefined:
      return `The local model will do (${benefitOf(classification)}): free and private.`;
  }
}

/** The strong one only for what is surely hard; behind it the fast one, which a smaller rest of the budget may allow. */
function cloudCandidates(
  { classification, thresholds }: RouteRequest,
  config: ModelsConfig,
  reason: string,
): readonly Candidate[] {
  const { fast, strong } = config.roles;
  const names = classification.score >= thresholds.strongAbove && strong !== fast ? [strong, fast] : [fast];
  return names.map((model, at) => ({
    route: 'cloud',
    engine: config.models[model]?.engine ?? 'anthropic',
    model,
    reason: at === 0 ? reason : 'The fast model of Claude costs less.',
  }));
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const benefitOf = ({ score }: Classification): string => `benefit of the strong model ${percent(score)}`;

function missingSentences(local: LocalState, cloud: CloudState): readonly string[] {
  const missing: string[] = [];
  if (local.state === 'unreachable')
    missing.push(`No local model: ${local.detail}. Start Ollama with \`ollama serve\`.`);
  if (local.state === 'model-missing')
    missing.push(
      local.engine === 'ollama'
        ? `Ollama is there but has not got ${local.model}. Fetch it with \`ollama pull ${local.model}\`.`
        : `There is no local model yet. Fetch ${local.model} with \`npm start -- fetch-model\`, or install Ollama.`,
    );
  if (cloud.state !== 'ready') missing.push(cloudSentence(cloud));
  return missing;
}

function cloudSentence(cloud: Exclude<CloudState, { state: 'ready' }>): string {
  switch (cloud.state) {
    case 'no-key':
      return 'No Claude: put ANTHROPIC_API_KEY into .env (console.anthropic.com) and start again.';
    case 'key-refused':
      return 'Claude refuses the key: check ANTHROPIC_API_KEY in .env and start again.';
    case 'switched-off':
      return `Claude is switched off: ${cloud.detail}. Raise it with /settings.`;
    case 'used-up':
      return usedUpSentence(cloud);
  }
}

const usedUpSentence = ({ detail }: { readonly detail: string }): string =>
  `Claude is not asked any more: the budget of ${detail} is used up. \`/settings\` raises it.`;
