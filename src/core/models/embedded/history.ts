import type { ChatHistoryItem, ChatModelFunctionCall, ChatModelResponse } from 'node-llama-cpp';
import type { ModelMessage, ModelRequest } from '../../contracts/models.ts';

/**
 * The messages as llama.cpp's chat templates take them: a system text, then people and model by turns, each call with
 * its result. Results without calls and empty messages are left out.
 */
export function chatHistory({
  system,
  messages,
}: Pick<ModelRequest, 'system' | 'messages'>): ChatHistoryItem[] {
  const results = new Map(
    messages.flatMap((message) => (message.role === 'tool' ? [[message.callId, message]] : [])),
  );
  const items: ChatHistoryItem[] = system.trim() === '' ? [] : [{ type: 'system', text: system }];
  for (const message of messages) {
    if (message.role === 'user') {
      const text = textOf(message);
      if (text.trim() !== '') items.push({ type: 'user', text });
    } else if (message.role === 'assistant') {
      const response = responseOf(message, results);
      if (response.length > 0) items.push({ type: 'model', response });
    }
  }
  // The template opens the turn of the model itself.
  if (items.at(-1)?.type !== 'user' && !endsWithResult(items.at(-1)))
    items.push({ type: 'user', text: 'Go on.' });
  return items;
}

const textOf = (message: Extract<ModelMessage, { role: 'user' }>): string =>
  message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

function responseOf(
  { text, toolCalls = [] }: Extract<ModelMessage, { role: 'assistant' }>,
  results: ReadonlyMap<string, Extract<ModelMessage, { role: 'tool' }>>,
): ChatModelResponse['response'] {
  const calls = toolCalls.flatMap((call): ChatModelFunctionCall[] => {
    const result = results.get(call.id);
    if (!result) return [];
    return [
      {
        type: 'functionCall',
        name: call.name,
        params: call.input,
        result: result.isError ? { error: result.output } : result.output,
      },
    ];
  });
  return text.trim() === '' ? calls : [text, ...calls];
}

const endsWithResult = (item: ChatHistoryItem | undefined): boolean =>
  item?.type === 'model' &&
  typeof item.response.at(-1) === 'object' &&
  (item.response.at(-1) as { type?: string }).type === 'functionCall';
