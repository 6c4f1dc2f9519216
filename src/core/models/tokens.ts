import type { ModelMessage, ModelRequest } from '../contracts/models.ts';

/** Rough costs of what is not text: a large picture, and a page of a PDF (its text and its picture). */
const imageTokens = 4800;
const pdfTokensPerPage = 4500;
const pdfBytesPerPage = 40_000;

/** Roles, separators and the sentences that an engine may have to add around a message. */
const messageTokens = 32;
/** What the service itself puts in front: chat template, and the instructions for tools and for a schema. */
const promptTokens = 128;
const toolPromptTokens = 1024;
const schemaPromptTokens = 512;

/**
 * About how many tokens a text is, rather too many than too few, in one pass over its UTF-16 units. Weighted for the
 * hungriest tokenizers in use: Claude since 4.7 takes a token for 2.5 characters of English, Qwen one for each digit;
 * Cyrillic, Greek or Arabic letters come near one token each, Chinese and Japanese a little above, emoji about three.
 * Never above the text's UTF-8 bytes, which bound every byte-level tokenizer.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) tokens += isLetterOrSpace(unit) ? 0.4 : unit >= 0x30 && unit <= 0x39 ? 1 : 0.7;
    else if (unit < 0x800) tokens += 0.9;
    else if (unit >= 0xd800 && unit <= 0xdfff) tokens += 1.5;
    else tokens += 1.3;
  }
  return Math.ceil(tokens);
}

/** As estimateTokens, for everything a request sends. Pictures and PDFs are guessed. */
export function estimateRequestTokens(request: ModelRequest): number {
  return sum(request, estimateTokens, 8, (part) =>
    part.type === 'image'
      ? imageTokens
      : pdfTokensPerPage * Math.max(1, Math.ceil((part.base64.length * 0.75) / pdfBytesPerPage)),
  );
}

/**
 * Never below the true count of a request that is text alone: a byte-level tokenizer makes at most one token of each
 * byte. Undefined where pictures or PDFs are in it, because the services price them by what they show.
 */
export function tokenUpperBound(request: ModelRequest): number | undefined {
  const onlyText = request.messages.every(
    (message) => message.role !== 'user' || message.content.every((part) => part.type === 'text'),
  );
  return onlyText ? sum(request, (text) => Buffer.byteLength(text, 'utf8'), messageTokens) : undefined;
}

type FilePart = Exclude<
  Extract<ModelMessage, { role: 'user' }>['content'][number],
  { readonly type: 'text' }
>;

function sum(
  request: ModelRequest,
  count: (text: string) => number,
  perMessage: number,
  countFile: (part: FilePart) => number = () => 0,
): number {
  let tokens = promptTokens + count(request.system);
  for (const message of request.messages) {
    tokens += perMessage;
    if (message.role === 'user')
      for (const part of message.content)
        tokens += part.type === 'text' ? count(part.text) + 1 : countFile(part);
    else if (message.role === 'tool')
      tokens += count(message.output) + count(message.name) + count(message.callId);
    else {
      tokens += count(message.text);
      for (const call of message.toolCalls ?? [])
        tokens += perMessage + count(call.name) + count(call.id) + count(JSON.stringify(call.input));
    }
  }
  if (request.tools?.length) tokens += toolPromptTokens + count(JSON.stringify(request.tools));
  // Twice: what a schema may not say as a rule is moved into its descriptions.
  if (request.outputSchema) tokens += schemaPromptTokens + 2 * count(JSON.stringify(request.outputSchema));
  return tokens;
}

/** Also the newline: white space mostly melts into the word beside it. */
function isLetterOrSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}
