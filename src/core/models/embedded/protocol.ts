import type { ModelFaultCode, ModelRequest, StopReason, ToolCall } from '../../contracts/models.ts';

/** What the engine asks of its child process. */
export type ToChild =
  | {
      readonly id: number;
      readonly kind: 'stream';
      readonly modelPath: string;
      readonly request: ModelRequest;
    }
  | {
      readonly id: number;
      readonly kind: 'embed';
      readonly modelPath: string;
      readonly texts: readonly string[];
    }
  /** Ends what was asked under this id. */
  | { readonly id: number; readonly kind: 'abort' };

/** What the child answers; `done`, `vectors` and `fault` end what was asked. */
export type FromChild =
  | { readonly id: number; readonly kind: 'text'; readonly text: string }
  /** So many tokens of thinking that are not shown. */
  | { readonly id: number; readonly kind: 'thinking'; readonly tokens: number }
  | { readonly id: number; readonly kind: 'call'; readonly call: ToolCall }
  | {
      readonly id: number;
      readonly kind: 'done';
      readonly reason: StopReason;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  | { readonly id: number; readonly kind: 'vectors'; readonly vectors: readonly (readonly number[])[] }
  | { readonly id: number; readonly kind: 'fault'; readonly code: ModelFaultCode; readonly message: string };
