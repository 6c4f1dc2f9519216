/**
 * How to ask each Claude model for as little thinking as it allows, or for thinking. The models differ: a value that
 * one needs another refuses with 400.
 * Source: platform.claude.com/docs/en/build-with-claude/thinking#configuring-thinking and, for effort,
 * platform.claude.com/docs/en/build-with-claude/effort (read 2026-11-24).
 */
export interface ClaudeThinking {
  thinking?: { type: 'adaptive'; display?: 'summarized' } | { type: 'disabled' } | { type: 'between_tools' };
  effort?: 'low' | 'medium';
}

// Summaries are not shown, but they arrive while the model thinks and so keep the idle timeout from firing.
const aloud: ClaudeThinking = { thinking: { type: 'adaptive', display: 'summarized' } };

export function claudeThinking(model: string, think: boolean): ClaudeThinking {
  if (model.startsWith('claude-haiku-5-5')) return think ? aloud : { thinking: { type: 'disabled' } };
  // `disabled` is refused by Sonnet 5.5: its lowest setting thinks between tool calls at most.
  if (model.startsWith('claude-sonnet-5-5'))
    return think ? aloud : { thinking: { type: 'between_tools' }, effort: 'medium' };
  // Opus 5.5 always thinks; effort is the only control.
  if (model.startsWith('claude-opus-5-5')) return think ? aloud : { effort: 'low' };
  return {};
}
