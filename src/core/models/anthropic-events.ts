import type { Json } from '../contracts/json.ts';
import type { ModelEvent, ModelRequest, StopReason, Usage } from '../contracts/models.ts';
import { claudeStreamFault } from './anthropic-fault.ts';
import { modelFault } from './fault.ts';
import type { CallName } from './http-fault.ts';
import { asRecord, parseJson } from './json-text.ts';
import { createStreamJudge } from './stream-judge.ts';

export interface ServerEvent {
  readonly event: string | null;
  readonly data: string;
}

/** Tool input comes without an event for each piece, so its size is watched here. */
const longestToolInput = 4 * 1024 * 1024;

const stopReasons: Readonly<Record<string, StopReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refusal',
};

/**
 * Server-sent events of one message to model events. Throws ModelFault: for an `error` event, for what cannot be read,
 * and for a stream that ends without `message_stop`.
 */
export async function* readClaudeEvents(
  events: AsyncIterable<ServerEvent>,
  request: ModelRequest,
  call: CallName,
): AsyncGenerator<ModelEvent> {
  const judge = createStreamJudge(call, request);
  const badOutput = (message: string): Error => modelFault({ code: 'bad-output', ...call, message });
  let tool: { id: string; name: string; given: Json; written: string } | undefined;
  let thinking = false;
  let reason: StopReason = 'stop';

  for await (const { event, data } of events) {
    // While Claude thinks nothing else may come for long; whoever waits must see that it is at work.
    if (event === 'ping' && thinking) yield judge.usage({});
    if (event === 'ping' || data === '') continue;
    const value = asRecord(parseJson(data));
    if (!value) throw badOutput('an event that is not JSON');
    // Kinds of events and blocks may be added to the API at any time: what is not known here is passed over.
    if (value.type === 'message_start') yield judge.usage(readUsage(asRecord(value.message)?.usage));
    if (value.type === 'content_block_start') {
      const block = asRecord(value.content_block);
      thinking = block?.type === 'thinking' || block?.type === 'redacted_thinking';
      if (block?.type === 'text' && textOf(block.text)) yield judge.text(textOf(block.text));
      if (block?.type === 'tool_use')
        tool = { id: textOf(block.id), name: textOf(block.name), given: block.input ?? {}, written: '' };
    }
    if (value.type === 'content_block_delta') {
      const delta = asRecord(value.delta);
      if (textOf(delta?.text)) yield judge.text(textOf(delta?.text));
      if (tool) tool.written += textOf(delta?.partial_json);
      if (tool && tool.written.length > longestToolInput)
        throw modelFault({ code: 'output-too-large', ...call, message: 'a tool call without end' });
      if (thinking || tool) yield judge.usage({});
    }
    if (value.type === 'content_block_stop') {
      thinking = false;
      const input = tool?.written.trim() ? parseJson(tool.written) : tool?.given;
      if (tool && input === undefined) throw badOutput('a tool call whose input is not JSON');
      if (tool && input !== undefined) yield judge.call({ id: tool.id, name: tool.name, input });
      tool = undefined;
    }
    if (value.type === 'message_delta') {
      reason = stopReasons[textOf(asRecord(value.delta)?.stop_reason)] ?? reason;
      yield judge.usage(readUsage(value.usage));
    }
    if (value.type === 'message_stop') {
      yield judge.finish(reason);
      return;
    }
    if (value.type === 'error') throw claudeStreamFault(call, value);
  }
  throw modelFault({ code: 'cut-off', ...call, message: 'the stream ended before the message did' });
}

function readUsage(value: Json | undefined): Partial<Usage> {
  const usage = asRecord(value) ?? {};
  const read = (from: string, to: keyof Usage): Partial<Usage> =>
    typeof usage[from] === 'number' ? { [to]: usage[from] } : {};
  return {
    ...read('input_tokens', 'inputTokens'),
    ...read('output_tokens', 'outputTokens'),
    ...read('cache_read_input_tokens', 'cacheReadTokens'),
    ...read('cache_creation_input_tokens', 'cacheWriteTokens'),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
