import type { Json, JsonObject } from '../../src/core/contracts/json.ts';
import { isObject, textOf } from './model-script.ts';

/**
 * The 400 that the Messages API gives, as far as a caller is likely to earn it; undefined for a good request.
 * Written from platform.claude.com/docs (Messages, thinking, structured outputs, tool use, prompt caching).
 */
export function claudeProblem(body: JsonObject, counting: boolean): string | undefined {
  if (!body.model) return 'model: Field required';
  if (!counting && !(Number.isInteger(body.max_tokens) && Number(body.max_tokens) > 0))
    return 'max_tokens: Field required';
  return (
    samplingProblem(body) ??
    thinkingProblem(body) ??
    schemaProblem(body) ??
    messagesProblem(body) ??
    marksProblem(body)
  );
}

const current = /^claude-(haiku|sonnet|opus)-5-5/;

function samplingProblem(body: JsonObject): string | undefined {
  if (!current.test(textOf(body.model))) return undefined;
  for (const name of ['temperature', 'top_p', 'top_k'])
    if (body[name] !== undefined) return `\`${name}\` is not supported for this model.`;
  return undefined;
}

const thinkingTypes: Readonly<Record<string, readonly string[]>> = {
  haiku: ['adaptive', 'disabled'],
  sonnet: ['adaptive', 'between_tools'],
  opus: ['adaptive'],
};

function thinkingProblem(body: JsonObject): string | undefined {
  const family = current.exec(textOf(body.model))?.[1];
  const config = isObject(body.output_config) ? body.output_config : {};
  const efforts = ['low', 'medium', 'high', 'xhigh', 'max'];
  if (config.effort !== undefined && !efforts.includes(textOf(config.effort)))
    return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'";
  if (!family || !isObject(body.thinking)) return undefined;
  const type = textOf(body.thinking.type);
  if (!thinkingTypes[family]?.includes(type))
    return `"thinking.type.${type}" is not supported for this model.`;
  if (type === 'between_tools' && Object.keys(body.thinking).length > 1)
    return 'thinking.between_tools: Extra inputs are not permitted';
  if (type !== 'adaptive' && ['xhigh', 'max'].includes(textOf(config.effort)))
    return `thinking: "${type}" is not supported with this effort level.`;
  return undefined;
}

function schemaProblem(body: JsonObject): string | undefined {
  const format = isObject(body.output_config) ? body.output_config.format : undefined;
  if (!isObject(format)) return undefined;
  if (format.type !== 'json_schema' || !isObject(format.schema)) return 'output_config.format: invalid';
  return unsupportedIn(format.schema);
}

const unsupported = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
];

function unsupportedIn(schema: JsonObject): string | undefined {
  if (schema.type === 'object' && schema.additionalProperties !== false)
    return "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
  for (const name of unsupported)
    if (typeof schema[name] === 'number')
      return `output_config.format.schema: For '${textOf(schema.type)}' type, property '${name}' is not supported`;
  for (const value of Object.values(schema))
    for (const inner of Array.isArray(value)
      ? value
      : isObject(value)
        ? [value, ...Object.values(value)]
        : []) {
      const found = isObject(inner) ? unsupportedIn(inner) : undefined;
      if (found) return found;
    }
  return undefined;
}

function messagesProblem(body: JsonObject): string | undefined {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  if (messages.length === 0) return 'messages: at least one message is required';
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1)?.role === 'assistant')
    return 'This model does not support assistant message prefill. The conversation must end with a user message.';
  let awaited: string[] = [];
  for (const [i, message] of messages.entries()) {
    if (message.role !== 'user' && message.role !== 'assistant')
      return `messages.${i}.role: Input should be 'user' or 'assistant'`;
    const blocks = blocksOf(message.content);
    if (blocks.length === 0) return `messages.${i}: all messages must have non-empty content`;
    if (blocks.some((block) => block.type === 'text' && !textOf(block.text).trim()))
      return `messages.${i}: text content blocks must be non-empty`;
    const problem = message.role === 'user' ? resultsProblem(i, blocks, awaited) : undefined;
    if (problem) return problem;
    awaited = blocks.filter((block) => block.type === 'tool_use').map((block) => textOf(block.id));
    if (awaited.some((id) => !/^[\w-]+$/.test(id)))
      return `messages.${i}.content: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
  }
  return undefined;
}

function resultsProblem(i: number, blocks: JsonObject[], awaited: string[]): string | undefined {
  const results = blocks.filter((block) => block.type === 'tool_result');
  const ids = new Set(results.map((block) => textOf(block.tool_use_id)));
  const missing = awaited.filter((id) => !ids.has(id));
  if (missing.length > 0)
    return `messages.${i}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`;
  const foreign = [...ids].find((id) => !awaited.includes(id));
  if (foreign) return `messages.${i}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${foreign}`;
  if (blocks.slice(0, results.length).some((block) => block.type !== 'tool_result'))
    return `messages.${i}: \`tool_result\` blocks must come first`;
  return undefined;
}

function marksProblem(body: JsonObject): string | undefined {
  const marks = JSON.stringify(body).split('"cache_control"').length - 1;
  return marks > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.` : undefined;
}

export function blocksOf(content: Json | undefined): JsonObject[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : [];
}
