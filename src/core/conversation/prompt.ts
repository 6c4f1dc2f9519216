import type { ContentPart, ModelMessage } from '../contracts/models.ts';
import { estimateTokens } from '../models/tokens.ts';

export interface PastTurn {
  readonly question: string;
  readonly answer: string;
}

export interface PromptInput {
  /** The text of config/prompts/chat.md. */
  readonly instructions: string;
  readonly now: number;
  readonly timezone: string;
  readonly summary: string | undefined;
  /** Oldest first. */
  readonly past: readonly PastTurn[];
  readonly current: readonly ContentPart[];
  /** For system, past and current together. */
  readonly maxTokens: number;
}

export interface FittedPrompt {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** How many of the oldest turns did not fit. */
  readonly droppedTurns: number;
  /** Characters of the current message that did not fit; 0 nearly always. */
  readonly cutCharacters: number;
}

/** Per picture or page of a PDF, as Claude counts them (1,568 is its most for a picture). */
const tokensPerBinaryPart = 1_600;

/** The prompt that fits the model: the newest turns, the summary of older ones, the stable text first. */
export function fitPrompt(input: PromptInput): FittedPrompt {
  const system = systemText(input);
  let left = input.maxTokens - estimateTokens(system);
  const { parts, cutCharacters, tokens } = fitCurrent(input.current, left);
  left -= tokens;

  const kept: PastTurn[] = [];
  for (const turn of input.past.toReversed()) {
    const cost = estimateTokens(turn.question) + estimateTokens(turn.answer) + 8;
    if (cost > left) break;
    left -= cost;
    kept.unshift(turn);
  }
  const messages: ModelMessage[] = kept.flatMap((turn): ModelMessage[] => [
    { role: 'user', content: [{ type: 'text', text: turn.question }] },
    { role: 'assistant', text: turn.answer },
  ]);
  messages.push({ role: 'user', content: parts });
  return { system, messages, droppedTurns: input.past.length - kept.length, cutCharacters };
}

/** Making one takes longer than all else in a prompt, and a household has one time zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

function hourIn(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timezone, made);
  return made;
}

/**
 * Date and hour stand at the end and change once an hour, so that a local model keeps what it has read of the
 * conversation: a minute here would make a small server read everything anew for every message.
 */
function systemText(input: PromptInput): string {
  const date = hourIn(input.timezone).format(input.now);
  const sections = [input.instructions.trim()];
  if (input.summary) sections.push(`Earlier in this conversation (summary):\n${input.summary}`);
  sections.push(`It is ${date} o'clock or a little later, time zone ${input.timezone}.`);
  return sections.join('\n\n');
}

function fitCurrent(
  parts: readonly ContentPart[],
  maxTokens: number,
): { parts: readonly ContentPart[]; tokens: number; cutCharacters: number } {
  const cost = (part: ContentPart) =>
    part.type === 'text' ? estimateTokens(part.text) : tokensPerBinaryPart;
  const tokens = parts.reduce((sum, part) => sum + cost(part), 0);
  if (tokens <= maxTokens) return { parts, tokens, cutCharacters: 0 };

  // Only text can be cut; each text keeps a share of the room by its length, its beginning and its end.
  const room = Math.max(
    256,
    maxTokens - parts.filter((part) => part.type !== 'text').length * tokensPerBinaryPart,
  );
  const textTokens = parts.reduce((sum, part) => sum + (part.type === 'text' ? cost(part) : 0), 0);
  let cutCharacters = 0;
  const fitted = parts.map((part): ContentPart => {
    if (part.type !== 'text') return part;
    const keep = Math.floor(part.text.length * Math.min(1, (room / textTokens) * 0.95));
    if (keep >= part.text.length) return part;
    cutCharacters += part.text.length - keep;
    return { type: 'text', text: cutMiddle(part.text, keep) };
  });
  return { parts: fitted, tokens: maxTokens, cutCharacters };
}

/** A question usually stands at the beginning or at the end of a long text. */
function cutMiddle(text: string, keep: number): string {
  const head = Math.ceil(keep * 0.7);
  const tail = keep - head;
  const missing = text.length - keep;
  return `${text.slice(0, head)}\n[… ${missing} characters left out …]\n${text.slice(text.length - tail)}`.toWellFormed();
}
