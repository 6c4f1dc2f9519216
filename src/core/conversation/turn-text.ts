import type { ModelFault, StopReason } from '../contracts/models.ts';
import { inertMarkdown } from '../chat/plain-name.ts';
import { explainFault } from '../models/fault.ts';

/** What Steward itself says in a turn, in one place. Markdown. */

export const stoppedText = (partial: string): string =>
  partial.trim() ? `${partial.trim()}\n\n*Stopped.*` : '*Stopped.*';

export const apologyText = (interruptions: number): string =>
  `Sorry: I was cut off ${interruptions} times while working on this message and have stopped trying. Nothing was lost; \`/retry\` asks again.`;

export const brokenText =
  'Sorry: something in Steward itself failed on this message. The log has the details; `/retry` asks again.';

export const noModelText = (missing: readonly string[]): string =>
  ['I cannot answer yet: there is no model to ask.', ...missing.map((sentence) => `- ${sentence}`)].join(
    '\n',
  );

/** One fault a model that was asked, then what else is missing. */
export function failedText(faults: readonly ModelFault[], missing: readonly string[]): string {
  const lines = [...faults.map(explainFault), ...missing].map((sentence) => `- ${sentence}`);
  return ['I could not get an answer.', ...lines, '', '`/retry` asks again.'].join('\n');
}

const sound = /\.(?:ogg|oga|opus|mp3|m4a|wav|flac)$/i;

/** What is said of a file that came without words and that no model can read. */
export const keptText = ({ name }: { readonly name: string }): string =>
  sound.test(name)
    ? `I cannot listen to ${inertMarkdown(name)} yet. It is kept; please write what you said.`
    : `${inertMarkdown(name)} is kept, but I cannot read this kind of file.`;

/** Footnotes of an answer: what was cut, what could not be used. */
export function answerText(text: string, reason: StopReason, notes: readonly string[]): string {
  const all = [...notes];
  if (reason === 'length') all.unshift('The answer was cut at its longest length. Say "go on" for the rest.');
  if (reason === 'refusal') all.unshift('The model declined to go on.');
  return [text.trim(), ...all.map((note) => `*${note}*`)].filter((part) => part !== '').join('\n\n');
}
