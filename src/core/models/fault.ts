import type { ModelFault, ModelFaultCode } from '../contracts/models.ts';
import { plainSentence } from './plain-sentence.ts';

export interface FaultFacts {
  readonly code: ModelFaultCode;
  readonly engine: string;
  readonly model: string;
  /** For logs. Markup, control characters and anything that looks like a key are taken out of it. */
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Only for faults of our own code: what an SDK throws may carry headers or bodies. */
  readonly cause?: unknown;
}

/** Why a model call failed, as an error that can also be thrown. Its message is short and holds no secret. */
export class ModelFaultError extends Error implements ModelFault {
  override readonly name = 'ModelFaultError';
  readonly code: ModelFaultCode;
  readonly engine: string;
  readonly model: string;
  // Declared only, so that a fact that is not known is absent rather than undefined.
  declare readonly status?: number;
  declare readonly retryAfterMs?: number;

  constructor(facts: FaultFacts) {
    super(plainSentence(facts.message ?? '') || facts.code, 'cause' in facts ? { cause: facts.cause } : {});
    this.code = facts.code;
    this.engine = facts.engine;
    this.model = facts.model;
    if (facts.status !== undefined) this.status = facts.status;
    if (facts.retryAfterMs !== undefined) this.retryAfterMs = facts.retryAfterMs;
  }
}

export function modelFault(facts: FaultFacts): ModelFaultError {
  return new ModelFaultError(facts);
}

export function isModelFault(value: unknown): value is ModelFaultError {
  return value instanceof ModelFaultError;
}

const transient: ReadonlySet<ModelFaultCode> = new Set([
  'unreachable',
  'rate-limited',
  'overloaded',
  'server-error',
  'cut-off',
  'bad-output',
  'timed-out',
]);

/** May the same call succeed a little later without anybody doing something? */
export function isTransient(fault: ModelFault): boolean {
  return transient.has(fault.code);
}

interface Names {
  /** The service. */
  readonly who: string;
  readonly model: string;
  readonly local: boolean;
  /** It runs in Steward itself. */
  readonly own: boolean;
}

const engineNames: Readonly<Record<string, string>> = {
  ollama: 'Ollama',
  embedded: 'The embedded model',
  anthropic: 'Claude',
};

/**
 * One or two plain sentences for the person in the chat: what happened, and what they can do. Made of the fault's
 * facts alone, never of what a server wrote, so that no key, page or request body can reach a chat.
 */
export function explainFault(fault: ModelFault): string {
  return sentences[fault.code](fault, {
    who: engineNames[fault.engine] ?? (plainSentence(fault.engine).slice(0, 40) || 'The model'),
    model: plainSentence(fault.model).slice(0, 60) || 'the model',
    local: fault.engine === 'ollama',
    own: fault.engine === 'embedded',
  });
}

const sentences: Readonly<Record<ModelFaultCode, (fault: ModelFault, names: Names) => string>> = {
  // Only fetching one can fail so, and what is said about that is Steward's own.
  unreachable: (fault, { who, local, own }) =>
    own
      ? fault.message
      : local
        ? 'Ollama does not answer. Start it with `ollama serve`, or set OLLAMA_HOST in .env to where it runs.'
        : `${who} cannot be reached. Check the internet connection of the machine that Steward runs on, and ANTHROPIC_BASE_URL in .env if it is set.`,
  'rate-limited': (fault, { who }) =>
    `${who} is getting too many requests from this account.${whenAgain(fault)}`,
  overloaded: (fault, { who }) => `${who} is overloaded at the moment.${whenAgain(fault)}`,
  'server-error': (fault, { who, local }) =>
    `${who} had an internal error${statusOf(fault)}.${local ? ' If it stays, restart Ollama and look at its log.' : whenAgain(fault)}`,
  'cut-off': (_, { who }) =>
    `The connection to ${who} broke in the middle of the answer. Send /retry to ask again.`,
  'bad-output': (_, { who }) =>
    `${who} answered with something that could not be read. Send /retry to ask again.`,
  'timed-out': (fault, { who, model, local, own }) =>
    local || own
      ? `${model} took too long to answer. A smaller model, or more time under engines.${fault.engine} in models.yaml, would help.`
      : `${who} took too long to answer. Send /retry to ask again.`,
  'empty-output': (_, { model }) => `${model} gave an empty answer. Send /retry, or ask in other words.`,
  'output-too-large': () =>
    'The answer grew far too long and was stopped. Ask for a shorter one, or for one part of it.',
  'unknown-tool': (_, { model }) =>
    `${model} asked for a tool that does not exist here. Send /retry, or ask in other words.`,
  'model-missing': (_, { who, model, local, own }) =>
    own
      ? `The file of ${model} is not there. Fetch it with \`npm start -- fetch-model ${model}\`.`
      : local
        ? `Ollama does not have ${model}. Fetch it with \`ollama pull ${model}\`.`
        : `${who} does not know the model ${model}. Check its name in models.yaml.`,
  'key-refused': (_, { local }) =>
    local
      ? 'Ollama refused the sign-in. Check OLLAMA_HOST in .env.'
      : 'Claude refused the API key. Check ANTHROPIC_API_KEY in .env and restart Steward.',
  'request-refused': explainRefusal,
  'too-long': (_, { model }) =>
    `This conversation is too long for ${model}. Start a new one with /new, or send less at once.`,
  'breaker-open': (fault, { who }) =>
    `${who} failed several times in a row and is left alone for a moment.${whenAgain(fault)}`,
  'over-budget': () =>
    'The budget does not allow this call. See /cost, or raise budget.dayUsd or budget.monthUsd in steward.yaml.',
  cancelled: () => 'Stopped.',
};

function explainRefusal(fault: ModelFault, { who, model }: Names): string {
  if (/more (system )?memory|out of memory/i.test(fault.message))
    return `${model} needs more memory than this machine has free. Close something, or choose a smaller model in models.yaml.`;
  if (/credit|billing|spend limit/i.test(fault.message) || fault.status === 402)
    return `The ${who} account has no credit left or reached its spending limit. Look at its billing page.`;
  if (/does not support tools/i.test(fault.message))
    return `${model} cannot use tools. Choose another model in models.yaml, or remove tools from its capabilities there.`;
  return `${who} did not accept the request${statusOf(fault)}. The log says more.`;
}

function statusOf(fault: ModelFault): string {
  return fault.status ? ` (${fault.status})` : '';
}

function whenAgain(fault: ModelFault): string {
  if (fault.retryAfterMs === undefined || fault.retryAfterMs > 86_400_000) return ' Try again in a moment.';
  const seconds = Math.max(1, Math.ceil(fault.retryAfterMs / 1000));
  return seconds < 120
    ? ` Try again in ${seconds} s.`
    : ` Try again in about ${Math.ceil(seconds / 60)} minutes.`;
}
