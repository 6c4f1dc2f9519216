import type { Key } from 'node:readline';
import type { Completion } from './completion.ts';
import { type EditRows, layoutEdit } from './edit-view.ts';
import { applyKey, type EditState, emptyEdit, insertText, nameOf } from './editor.ts';
import type { History } from './history.ts';
import { createPastedTexts } from './pasted-text.ts';
import type { Style } from './style.ts';

export interface PromptHandlers {
  /** A finished text; `shown` is how it looked in the edit line. */
  onSubmit(text: string, shown: string): void;
  /** Ctrl-C with an empty line. */
  onInterrupt(): void;
  /** Ctrl-D with an empty line. */
  onEnd(): void;
  complete(line: string): Completion | undefined;
  /** Something about the line has changed. */
  onChange(): void;
  /** Several completions fit. */
  onCandidates(candidates: readonly string[]): void;
}

export interface Prompt {
  key(key: Key, typed: string | undefined): void;
  paste(text: string): void;
  /** Puts a text back that could not be taken, in front of what was typed meanwhile. */
  restore(text: string): void;
  layout(columns: number, maximumRows: number): EditRows;
}

/** The edit line: typing, history, pasted blocks, a trailing backslash for one more line. Draws nothing itself. */
export function createPrompt(history: History, style: Style, handlers: PromptHandlers): Prompt {
  const pasted = createPastedTexts();
  let state: EditState = emptyEdit;

  const set = (next: EditState): void => {
    state = next;
    handlers.onChange();
  };
  const replaceBy = (text: string | undefined): void => {
    if (text !== undefined) set(insertText(emptyEdit, text));
  };

  const submit = (): void => {
    const { text } = state;
    if (text.endsWith('\\')) return set(insertText(emptyEdit, `${text.slice(0, -1)}\n`));
    const full = pasted.expand(text);
    const shown = pasted.show(text);
    state = emptyEdit;
    pasted.clear();
    handlers.onChange();
    if (full.trim() !== '') handlers.onSubmit(full, shown);
  };

  /** A completion that needs the database may find it busy; a key must not end the process. */
  const completionOf = (text: string): Completion | undefined => {
    try {
      return handlers.complete(text);
    } catch {
      return undefined;
    }
  };

  const complete = (): void => {
    const completion = completionOf(state.text);
    if (!completion) return;
    replaceBy(completion.text);
    if (completion.candidates.length > 0) handlers.onCandidates(completion.candidates);
  };

  const named = (name: string): (() => void) | undefined => {
    switch (name) {
      case 'return':
      case 'enter':
        return submit;
      case 'meta-return':
      case 'meta-enter':
        return () => set(insertText(state, '\n'));
      case 'tab':
        return complete;
      case 'ctrl-c':
        return state.text === '' ? handlers.onInterrupt : () => set(emptyEdit);
      case 'ctrl-d':
        return state.text === '' ? handlers.onEnd : undefined;
      default:
        return undefined;
    }
  };

  return {
    key(key, typed) {
      const action = named(nameOf(key));
      if (action) return action();
      const edited = applyKey(state, key);
      if (edited) return set(edited);
      const name = nameOf(key);
      if (name === 'up' || name === 'ctrl-p') return replaceBy(history.older(state.text));
      if (name === 'down' || name === 'ctrl-n') return replaceBy(history.newer());
      if (typed !== undefined && key.ctrl !== true && key.meta !== true && !/[\x00-\x1f\x7f]/.test(typed))
        set(insertText(state, pasted.typed(typed)));
    },
    paste: (text) => set(insertText(state, pasted.insert(text))),
    restore: (text) => set(insertText({ text: state.text, cursor: 0 }, pasted.insert(text))),
    layout: (columns, maximumRows) =>
      layoutEdit(state, {
        columns,
        maximumRows,
        show: pasted.show,
        paintPrompt: (text) => style.paint('bold', text),
      }),
  };
}
