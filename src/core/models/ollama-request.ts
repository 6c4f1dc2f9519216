import type { JsonObject } from '../contracts/json.ts';
import type { ContentPart, ModelMessage, ModelRequest } from '../contracts/models.ts';
import { modelFault } from './fault.ts';
import { asToolInput } from './json-text.ts';

interface OllamaMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string;
  images?: string[];
  tool_calls?: { function: { name: string; arguments: JsonObject } }[];
  tool_name?: string;
}

export interface OllamaChat {
  model: string;
  messages: OllamaMessage[];
  think: boolean;
  options: { num_ctx: number; num_predict: number; temperature?: number };
  tools?: { type: 'function'; function: { name: string; description: string; parameters: JsonObject } }[];
  format?: JsonObject;
  keep_alive?: string;
}

/** The body of `/api/chat`. Throws ModelFault for what Ollama has no way to be told (a PDF). */
export function ollamaChat(request: ModelRequest): OllamaChat {
  const messages = request.messages.map((message) => ollamaMessage(message, request.model));
  if (request.system.trim()) messages.unshift({ role: 'system', content: request.system });
  return {
    model: request.model,
    messages,
    // Without the field a thinking model thinks, and the first visible word comes many seconds later.
    think: request.think ?? false,
    options: {
      num_ctx: request.contextTokens,
      num_predict: request.maxOutputTokens,
      ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    },
    ...(request.tools?.length
      ? {
          tools: request.tools.map((tool) => ({
            type: 'function' as const,
            function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
          })),
        }
      : {}),
    ...(request.outputSchema ? { format: request.outputSchema } : {}),
    ...(request.keepAlive ? { keep_alive: request.keepAlive } : {}),
  };
}

function ollamaMessage(message: ModelMessage, model: string): OllamaMessage {
  if (message.role === 'user') return userMessage(message.content, model);
  if (message.role === 'tool')
    return {
      role: 'tool',
      tool_name: message.name,
      content: message.isError ? `Error: ${message.output}` : message.output,
    };
  const calls = message.toolCalls ?? [];
  return {
    role: 'assistant',
    content: message.text,
    ...(calls.length > 0
      ? {
          tool_calls: calls.map((call) => ({
            function: { name: call.name, arguments: asToolInput(call.input) },
          })),
        }
      : {}),
  };
}

function userMessage(content: readonly ContentPart[], model: string): OllamaMessage {
  if (content.some((part) => part.type === 'pdf'))
    throw modelFault({ code: 'request-refused', engine: 'ollama', model, message: 'Ollama cannot read PDF' });
  const images = content.flatMap((part) => (part.type === 'image' ? [part.base64] : []));
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
  return { role: 'user', content: text, ...(images.length > 0 ? { images } : {}) };
}
