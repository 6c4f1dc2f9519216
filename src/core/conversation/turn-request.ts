import type { AppConfig } from '../config/app-config.ts';
import type { StewardConfig } from '../config/steward-schema.ts';
import type { ContentPart, ModelRequest } from '../contracts/models.ts';
import type { Candidate } from '../routing/router.ts';
import type { HistoryTurn } from './history.ts';
import { fitPrompt } from './prompt.ts';
import type { Thread } from './threads.ts';
import type { Task } from './turn-records.ts';

/** What one model is asked, fitted to its window. `notes` are sentences for the person about what did not fit. */
export function buildRequest(input: {
  task: Task;
  thread: Thread;
  candidate: Candidate;
  past: readonly HistoryTurn[];
  /** Nothing of what was said before is needed. */
  standsAlone: boolean;
  fileParts: readonly ContentPart[];
  /** The message became a file because it was too long to be text. */
  textIsFile: boolean;
  config: AppConfig;
  steward: StewardConfig;
  /** What doctor measured that this local model reads in time. */
  readableTokens?: number | undefined;
}): { request: ModelRequest; notes: readonly string[] } {
  const { task, thread, candidate, config, steward } = input;
  const profile = config.models.models[candidate.model];
  if (!profile) throw new Error(`model ${candidate.model} is not in models.yaml`);
  const { conversation, household } = steward;
  const usual =
    candidate.route === 'local'
      ? Math.min(conversation.localPromptTokens, input.readableTokens ?? Infinity)
      : conversation.cloudPromptTokens;
  const longest = profile.contextTokens - profile.maxOutputTokens;

  const words = input.textIsFile ? 'Answer the message in the file message.txt.' : wordsOf(task);
  const current: ContentPart[] = [...input.fileParts];
  if (words !== '') current.push({ type: 'text', text: words });
  const isHome = candidate.route === 'local';
  const hasSummary =
    !input.standsAlone &&
    thread.summaryUpTo !== null &&
    thread.summaryUpTo > thread.contextAfter &&
    (isHome || !thread.isSummaryPrivate);
  const parts = {
    instructions: config.prompts.chat?.text ?? '',
    now: task.createdAt,
    timezone: household.timezone,
    summary: hasSummary ? (thread.summary ?? undefined) : undefined,
    // What was private stays at home, also as what was said before.
    past: input.standsAlone ? [] : input.past.filter(({ isPrivate }) => isHome || !isPrivate),
    current,
  };
  let prompt = fitPrompt({ ...parts, maxTokens: Math.min(usual, longest) });
  // A long message may take the whole window: slower, but read as far as it goes; the history has to wait.
  if (prompt.cutCharacters > 0) prompt = fitPrompt({ ...parts, maxTokens: longest });
  const notes =
    prompt.cutCharacters > 0
      ? [
          `${prompt.cutCharacters} characters from the middle did not fit ${candidate.model} and were left out.`,
        ]
      : [];
  return {
    notes,
    request: {
      model: candidate.model,
      system: prompt.system,
      messages: prompt.messages,
      maxOutputTokens: profile.maxOutputTokens,
      contextTokens: profile.contextTokens,
      ...(profile.keepAlive && { keepAlive: profile.keepAlive }),
    },
  };
}

/** The person's own words, with what they quote or pass on marked as someone else's. */
function wordsOf(task: Task): string {
  const parts: string[] = [];
  if (task.quote)
    parts.push(
      `In reply to ${task.quoteAuthor ?? 'this message'}:\n> ${task.quote.replaceAll('\n', '\n> ')}`,
    );
  if (task.forwardedFrom) parts.push(`Forwarded, the words of ${task.forwardedFrom}:`);
  parts.push(task.text.trim());
  return parts.join('\n\n').trim();
}
