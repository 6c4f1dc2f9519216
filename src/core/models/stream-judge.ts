import type { ModelEvent, ModelRequest, StopReason, ToolCall, Usage } from '../contracts/models.ts';
import { modelFault, type ModelFaultError } from './fault.ts';
import type { CallName } from './http-fault.ts';
import { parseJson } from './json-text.ts';

/** What both engines ask of an answer. The methods return the event to pass on; `call` and `finish` throw a fault. */
export interface StreamJudge {
  text(text: string): ModelEvent;
  call(call: ToolCall): ModelEvent;
  usage(usage: Partial<Usage>): ModelEvent;
  finish(reason: StopReason): ModelEvent;
}

export function createStreamJudge(name: CallName, request: ModelRequest): StreamJudge {
  const offered = new Set(request.tools?.map((tool) => tool.name));
  let spoken = false;
  let calls = 0;
  let answer = '';
  let usage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

  return {
    text(text) {
      spoken ||= text.trim() !== '';
      if (request.outputSchema) answer += text;
      return { type: 'text', text };
    },
    call(call) {
      if (!offered.has(call.name))
        throw modelFault({ code: 'unknown-tool', ...name, message: `asked for ${call.name.slice(0, 60)}` });
      calls++;
      return { type: 'tool-call', call };
    },
    usage(update) {
      usage = { ...usage, ...update };
      return { type: 'usage', usage };
    },
    finish(reason) {
      // A refusal may come without a word, or in the middle of one: the reason is the answer.
      if (reason === 'refusal') return { type: 'done', reason, usage };
      if (!spoken && calls === 0)
        throw modelFault({
          code: 'empty-output',
          ...name,
          message: `neither text nor tool call (${reason})`,
        });
      if (request.outputSchema && parseJson(answer) === undefined)
        throw modelFault({ code: 'bad-output', ...name, message: `the answer is not JSON (${reason})` });
      return { type: 'done', reason: calls > 0 && reason === 'stop' ? 'tool-calls' : reason, usage };
    },
  };
}

/** Gives a stream its one end: what `events` throws becomes its `error`. `close` runs last, also when nobody reads on. */
export async function* endInOneEvent(
  events: AsyncGenerator<ModelEvent>,
  explain: (error: unknown) => ModelFaultError,
  close: () => void,
): AsyncGenerator<ModelEvent> {
  try {
    yield* events;
  } catch (error) {
    yield { type: 'error', fault: explain(error) };
  } finally {
    close();
  }
}
