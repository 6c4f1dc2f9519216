import type { JsonObject } from '../contracts/json.ts';
import type { ModelRequest } from '../contracts/models.ts';
import { type ClaudeTurn, claudeTurns } from './anthropic-turns.ts';
import { type ClaudeThinking, claudeThinking } from './claude-thinking.ts';

/** What is both counted and sent. */
export interface ClaudePrompt {
  model: string;
  messages: ClaudeTurn[];
  system?: { type: 'text'; text: string; cache_control: { type: 'ephemeral' } }[];
  tools?: { name: string; description: string; input_schema: { type: 'object' } & JsonObject }[];
  thinking?: NonNullable<ClaudeThinking['thinking']>;
  output_config?: {
    effort?: 'low' | 'medium';
    format?: { type: 'json_schema'; schema: Record<string, unknown> };
  };
}

/**
 * The Messages API form of a request. `temperature` is left out: the current models refuse any value but their own
 * (platform.claude.com/docs/en/models/haiku-5-5/migration-guide#remove-sampling-parameters, the same for Sonnet and
 * Opus 5.5). Thinking blocks of earlier turns are not sent back: dropping all of them is allowed, and keeping them
 * would bind the system prompt and the tools to what they were (…/build-with-claude/preserved-thinking).
 *
 * @param adaptSchema takes out of a JSON Schema what structured outputs do not know.
 */
export function claudePrompt(
  request: ModelRequest,
  adaptSchema: (schema: JsonObject) => Record<string, unknown>,
): ClaudePrompt {
  const messages = claudeTurns(request.messages, request.model);
  // Two marks: tools and system as one prefix, and the conversation so far as the next.
  const last = messages.at(-1)?.content.at(-1);
  if (last) last.cache_control = { type: 'ephemeral' };
  const { thinking, effort } = claudeThinking(request.model, request.think ?? false);
  const outputConfig: NonNullable<ClaudePrompt['output_config']> = {
    ...(effort ? { effort } : {}),
    ...(request.outputSchema
      ? { format: { type: 'json_schema', schema: adaptSchema(request.outputSchema) } }
      : {}),
  };
  return {
    model: request.model,
    messages,
    ...(request.system.trim()
      ? { system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }] }
      : {}),
    ...(request.tools?.length
      ? {
          tools: request.tools.map((tool) => ({
            name: tool.name,
            description: tool.description,
            input_schema: { ...tool.inputSchema, type: 'object' },
          })),
        }
      : {}),
    ...(thinking ? { thinking } : {}),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
  };
}
