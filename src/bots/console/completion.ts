import type { ChatHandlers } from '../../core/contracts/chat.ts';

export interface Completion {
  readonly text: string;
  /** To be shown where more than one is possible. */
  readonly candidates: readonly string[];
}

/** What Tab makes of a line that begins with a command; undefined where there is nothing to complete. */
export function completeLine(
  line: string,
  handlers: Pick<ChatHandlers, 'commands' | 'complete'>,
): Completion | undefined {
  const name = /^\/([\w-]*)$/.exec(line)?.[1];
  if (name !== undefined) {
    const names = handlers.commands.map((command) => command.name);
    return choose(
      '/',
      name,
      names.filter((candidate) => candidate.startsWith(name)),
    );
  }
  const typed = /^(\/([\w-]+)\s+)(.*)$/s.exec(line);
  if (!typed) return undefined;
  const [, head = '', command = '', argument = ''] = typed;
  return choose(head, argument, handlers.complete(command, argument));
}

function choose(head: string, typed: string, candidates: readonly string[]): Completion | undefined {
  const [first, ...others] = candidates;
  if (first === undefined) return undefined;
  if (others.length === 0) return { text: `${head}${first} `, candidates: [] };
  let shared = first;
  while (!others.every((other) => other.startsWith(shared))) shared = shared.slice(0, -1);
  return { text: head + (shared.startsWith(typed) ? shared : typed), candidates };
}
