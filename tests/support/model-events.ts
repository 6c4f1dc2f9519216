import type {
  ModelEvent,
  ModelFault,
  ModelRequest,
  ToolCall,
  Usage,
} from '../../src/core/contracts/models.ts';

/** What came out of a stream, in the form in which tests ask for it. */
export interface Collected {
  readonly events: readonly ModelEvent[];
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly usage: Usage | undefined;
  readonly reason: string | undefined;
  readonly fault: ModelFault | undefined;
  /** How many events ended it; a good stream has one, and it is the last. */
  readonly ends: number;
}

export async function collect(stream: AsyncIterable<ModelEvent>): Promise<Collected> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return summary(events);
}

export function summary(events: readonly ModelEvent[]): Collected {
  const last = events.at(-1);
  const restart = events.findLastIndex((event) => event.type === 'retry');
  const kept = events.slice(restart + 1);
  return {
    events,
    text: kept.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''),
    calls: kept.flatMap((event) => (event.type === 'tool-call' ? [event.call] : [])),
    usage: kept.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1),
    reason: last?.type === 'done' ? last.reason : undefined,
    fault: last?.type === 'error' ? last.fault : undefined,
    ends: events.filter((event) => event.type === 'done' || event.type === 'error').length,
  };
}

/** A small request; what matters to the test goes on top. */
export function requestOf(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'qwen3:1.7b',
    system: 'You are Steward.',
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    maxOutputTokens: 256,
    contextTokens: 4096,
    ...more,
  };
}
