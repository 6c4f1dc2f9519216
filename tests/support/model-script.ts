import type { IncomingHttpHeaders } from 'node:http';
import type { Json, JsonObject } from '../../src/core/contracts/json.ts';

export type CallKind = 'sort' | 'chat' | 'embed' | 'count' | 'pull' | 'admin';

/** One HTTP request that a fake service got. */
export interface RecordedCall {
  readonly kind: CallKind;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
  readonly raw: string;
  readonly model: string;
  /** The text of the last user message. */
  readonly text: string;
  /** The schema that the answer is bound to. */
  readonly schema: JsonObject | undefined;
  /** Resolves when the connection of this request is over; true when the client went away before its end. */
  readonly closed: Promise<boolean>;
}

export interface Reply {
  readonly text?: string;
  /** Sent one by one; a promise among them is waited for, so that a test decides when the model goes on. */
  readonly chunks?: Iterable<string | Promise<string>> | AsyncIterable<string>;
  /** A value for a request that is bound to a schema. */
  readonly json?: Json;
  /** Waited for before the first byte. */
  readonly before?: Promise<unknown>;
  readonly thinking?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly input: Json }[];
  /** `done_reason` of Ollama, `stop_reason` of Claude. */
  readonly stop?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
}

type FaultKind =
  /** An error answer: `status`, `retryAfter`, `message`, `html`. */
  | 'status'
  /** The connection closes before any answer. */
  | 'refuse'
  /** The connection breaks after `after` pieces (1). */
  | 'cut'
  /** The answer ends in good order, but without its last line or event. */
  | 'end-early'
  | 'garbage'
  /** 200 with a web page. */
  | 'html'
  /** `characters` of text (a million). */
  | 'huge'
  /** No answer until the client goes away. */
  | 'hang'
  /** A proper end without text. */
  | 'empty'
  | 'unknown-tool'
  /** An error inside the stream after `after` pieces (1): `errorType`, `message`. */
  | 'stream-error';

export interface Fault {
  readonly kind: FaultKind;
  /** How many requests it meets; 1 unless said. */
  readonly times?: number;
  /** Which requests; chats unless said. */
  readonly on?: CallKind;
  readonly match?: Matcher;
  readonly status?: number;
  readonly retryAfter?: string;
  readonly message?: string;
  readonly errorType?: string;
  readonly html?: boolean;
  readonly after?: number;
  readonly characters?: number;
}

type Matcher = string | RegExp | ((call: RecordedCall) => boolean);
type ReplySource = string | Reply | ((call: RecordedCall) => string | Reply | Promise<string | Reply>);

/** What a test said the model shall answer, and how it shall fail. */
export interface ModelScript {
  /** The last rule that fits wins. */
  reply(matcher: Matcher, reply: ReplySource): void;
  fault(fault: Fault): void;
  clear(): void;
  takeFault(call: RecordedCall): Fault | undefined;
  answer(call: RecordedCall): Promise<Reply>;
}

export function createModelScript(): ModelScript {
  let rules: { matcher: Matcher; reply: ReplySource }[] = [];
  let faults: { fault: Fault; left: number }[] = [];

  return {
    reply: (matcher, reply) => void rules.unshift({ matcher, reply }),
    fault: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    clear() {
      rules = [];
      faults = [];
    },
    takeFault(call) {
      const entry = faults.find(
        ({ fault, left }) => left > 0 && (fault.on ?? 'chat') === call.kind && fits(fault.match, call),
      );
      if (entry) entry.left--;
      return entry?.fault;
    },
    async answer(call) {
      const rule = rules.find(({ matcher }) => fits(matcher, call));
      const source = typeof rule?.reply === 'function' ? await rule.reply(call) : rule?.reply;
      if (source !== undefined) return typeof source === 'string' ? { text: source } : source;
      if (call.schema) return { json: valueOfSchema(call.schema) };
      const marker = [...call.text.matchAll(/zq(\w+?)x/g)].at(-1)?.[1];
      return { text: marker ? `Answer zr${marker}x.` : 'All good.' };
    },
  };
}

function fits(matcher: Matcher | undefined, call: RecordedCall): boolean {
  if (matcher === undefined) return true;
  if (typeof matcher === 'function') return matcher(call);
  return typeof matcher === 'string' ? call.text.includes(matcher) : matcher.test(call.text);
}

/** The pieces of a reply in the order in which the model would write them. */
export async function* piecesOf(reply: Reply): AsyncGenerator<string> {
  if (reply.chunks) yield* reply.chunks;
  else if (reply.json !== undefined) yield JSON.stringify(reply.json);
  else yield* (reply.text ?? '').match(/\S+\s*|\s+/g) ?? [];
}

/** The smallest value that a schema allows. */
function valueOfSchema(schema: JsonObject): Json {
  const one = (of: Json | undefined): Json => (isObject(of) ? valueOfSchema(of) : null);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return one(choices[0]);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([key, value]) => [
        key,
        one(value),
      ]),
    );
  if (type === 'array') return schema.minItems ? [one(schema.items)] : [];
  if (type === 'string') return 'text'.padEnd(Number(schema.minLength ?? 0), '.');
  if (type === 'boolean') return false;
  if (type === 'number' || type === 'integer') return Number(schema.minimum ?? 0);
  return null;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text as it is, anything else as JSON; nothing is the empty text. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}
