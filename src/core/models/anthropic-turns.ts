import type { JsonObject } from '../contracts/json.ts';
import type { ContentPart, ModelMessage } from '../contracts/models.ts';
import { modelFault } from './fault.ts';
import { asToolInput } from './json-text.ts';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;
type ImageType = (typeof imageTypes)[number];

type ClaudeBlock = (
  | { type: 'text'; text: string }
  | { type: 'image'; source: { type: 'base64'; media_type: ImageType; data: string } }
  | {
      type: 'document';
      title: string;
      source: { type: 'base64'; media_type: 'application/pdf'; data: string };
    }
  | { type: 'tool_use'; id: string; name: string; input: JsonObject }
  | { type: 'tool_result'; tool_use_id: string; content: string; is_error?: boolean }
) & { cache_control?: { type: 'ephemeral' } };

export interface ClaudeTurn {
  role: 'user' | 'assistant';
  content: ClaudeBlock[];
}

/**
 * The conversation as the Messages API demands it: user first and last, roles alternating, no empty text, and behind
 * each turn with calls one result for each of them, before anything else. History that was cut or interrupted breaks
 * these rules, so what is missing is filled in and what hangs in the air is left out.
 */
export function claudeTurns(messages: readonly ModelMessage[], model: string): ClaudeTurn[] {
  const turns: ClaudeTurn[] = [];
  let awaited = new Set<string>();

  const append = (role: ClaudeTurn['role'], blocks: ClaudeBlock[]): void => {
    if (blocks.length === 0) return;
    const last = turns.at(-1);
    if (role === 'assistant' && last?.role === 'user') fillIn();
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  };
  const fillIn = (): void => {
    const missing = [...awaited];
    awaited = new Set();
    append(
      'user',
      missing.map((id) => ({
        type: 'tool_result',
        tool_use_id: id,
        content: 'No result: the call was cut off.',
        is_error: true,
      })),
    );
  };

  for (const message of messages) {
    if (message.role === 'user')
      append(
        'user',
        message.content.flatMap((part) => contentBlock(part, model)),
      );
    else if (message.role === 'assistant') {
      const calls = message.toolCalls ?? [];
      append('assistant', [
        ...(message.text.trim() ? [{ type: 'text' as const, text: message.text }] : []),
        ...calls.map((call) => ({
          type: 'tool_use' as const,
          id: claudeId(call.id),
          name: call.name,
          input: asToolInput(call.input),
        })),
      ]);
      for (const call of calls) awaited.add(claudeId(call.id));
    } else if (awaited.delete(claudeId(message.callId)))
      append('user', [
        {
          type: 'tool_result',
          tool_use_id: claudeId(message.callId),
          content: message.output.trim() ? message.output : '(no output)',
          ...(message.isError ? { is_error: true } : {}),
        },
      ]);
  }
  fillIn();

  if (turns[0]?.role === 'assistant')
    turns.unshift({ role: 'user', content: [{ type: 'text', text: '(Earlier messages are left out.)' }] });
  if (turns.at(-1)?.role === 'assistant')
    turns.push({ role: 'user', content: [{ type: 'text', text: 'Continue.' }] });
  for (const turn of turns)
    turn.content.sort((a, b) => Number(b.type === 'tool_result') - Number(a.type === 'tool_result'));
  if (turns.length === 0)
    throw modelFault({ code: 'request-refused', engine: 'anthropic', model, message: 'nothing to send' });
  return turns;
}

function contentBlock(part: ContentPart, model: string): ClaudeBlock[] {
  if (part.type === 'text') return part.text.trim() ? [{ type: 'text', text: part.text }] : [];
  if (part.type === 'pdf')
    return [
      {
        type: 'document',
        title: part.name,
        source: { type: 'base64', media_type: 'application/pdf', data: part.base64 },
      },
    ];
  const mediaType = imageTypes.find((type) => type === part.mediaType);
  if (mediaType)
    return [{ type: 'image', source: { type: 'base64', media_type: mediaType, data: part.base64 } }];
  const message = `Claude cannot read ${part.mediaType}`;
  throw modelFault({ code: 'request-refused', engine: 'anthropic', model, message });
}

/** Ids made elsewhere (a conversation begun with another engine) may hold what the API refuses in one. */
function claudeId(id: string): string {
  return id.replace(/[^\w-]/g, '_');
}
