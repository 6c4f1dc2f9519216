import type { Json, JsonObject } from './json.ts';

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaType: string; readonly base64: string }
  | { readonly type: 'pdf'; readonly name: string; readonly base64: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Whatever the model wrote; validated by whoever runs the tool. */
  readonly input: Json;
}

export type ModelMessage =
  | { readonly role: 'user'; readonly content: readonly ContentPart[] }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | {
      readonly role: 'tool';
      readonly callId: string;
      readonly name: string;
      readonly output: string;
      readonly isError?: boolean;
    };

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly inputSchema: JsonObject;
}

export interface ModelRequest {
  /** The engine's own name of the model, for example `qwen3:1.7b`. */
  readonly model: string;
  /** The stable prefix: cached where the engine can. */
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools?: readonly ToolDefinition[];
  /** The answer is one JSON value of this schema. Not together with `tools`. */
  readonly outputSchema?: JsonObject;
  readonly maxOutputTokens: number;
  /** The window to load the model with; engines with a fixed one ignore it. */
  readonly contextTokens: number;
  readonly temperature?: number;
  /** Let the model think before it answers; off unless asked. */
  readonly think?: boolean;
  /** How long a local engine keeps the model loaded, for example `10m`. */
  readonly keepAlive?: string;
}

export interface Usage {
  /** Input tokens that were neither read from nor written to a cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

/**
 * Why a model call failed. `unreachable`, `rate-limited`, `overloaded`, `server-error`, `cut-off`, `bad-output` and
 * `timed-out` may go away by themselves; the rest need someone.
 */
export type ModelFaultCode =
  | 'unreachable'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'cut-off'
  | 'bad-output'
  | 'timed-out'
  | 'empty-output'
  | 'output-too-large'
  | 'unknown-tool'
  | 'model-missing'
  | 'key-refused'
  | 'request-refused'
  | 'too-long'
  | 'breaker-open'
  | 'over-budget'
  | 'cancelled';

export interface ModelFault extends Error {
  readonly code: ModelFaultCode;
  readonly engine: string;
  readonly model: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

export type StopReason = 'stop' | 'length' | 'tool-calls' | 'refusal';

/** A stream ends with exactly one `done` or `error`, and never throws. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  /** As soon as it is known and again when it grows: what a cut-off call has cost so far. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** Forget the text and calls of this stream: it begins again after `delayMs`. Only from ModelCaller. */
  | {
      readonly type: 'retry';
      readonly attempt: number;
      readonly fault: ModelFault;
      readonly delayMs: number;
    }
  | { readonly type: 'done'; readonly reason: StopReason; readonly usage: Usage }
  | { readonly type: 'error'; readonly fault: ModelFault };

export interface EngineHealth {
  readonly state: 'ready' | 'unreachable' | 'key-refused';
  /** Models that can be asked now; undefined where the engine does not list them. */
  readonly installed?: readonly string[];
  /** A short fact for the start table: version, address, or what went wrong. */
  readonly detail: string;
}

export interface PullProgress {
  readonly status: string;
  readonly completedBytes: number;
  readonly totalBytes: number;
}

/** A place that runs models: one adapter per SDK, one contract suite for all. No retries and no timeouts in here. */
export interface ModelEngine {
  readonly name: string;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Input tokens of the request as the engine counts them. Throws ModelFault. */
  countTokens?(request: ModelRequest, signal: AbortSignal): Promise<number>;
  /** One vector a text, in order. Throws ModelFault. */
  embed?(
    model: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
  /** Cheap and free of charge. Never throws. */
  health(signal: AbortSignal): Promise<EngineHealth>;
  /** Fetches a missing model; asked for only after a yes. Throws ModelFault. */
  pull?(model: string, signal: AbortSignal): AsyncIterable<PullProgress>;
}

/** Watches what a call costs. Local engines have none. */
export interface CallMeter {
  /** Before each attempt. A throw of ModelFault 'over-budget' means the attempt is not made and ends the stream. */
  open(attempt: number, signal: AbortSignal): Promise<void>;
  /**
   * After each attempt: the last usage the engine told, undefined when it never answered; how it ended (a call that the
   * consumer left is `cancelled`); the characters that came. Does not throw.
   */
  close(
    attempt: number,
    usage: Usage | undefined,
    outcome: 'done' | ModelFaultCode,
    outputCharacters: number,
  ): void;
}

/** The engines behind timeouts, retry with full jitter, circuit breaker, output limit and concurrency limit. */
export interface ModelCaller {
  /** As ModelEngine.stream, with `retry` events between attempts. `engine` names a configured engine. */
  stream(
    engine: string,
    request: ModelRequest,
    signal: AbortSignal,
    meter?: CallMeter,
  ): AsyncIterable<ModelEvent>;
}
