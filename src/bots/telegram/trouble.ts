import type { Clock } from '../../core/contracts/clock.ts';
import type { CallProblem } from './faults.ts';

/** Why nothing comes from Telegram, and what to do about it. */
export interface TelegramTrouble {
  readonly code: 'token-refused' | 'second-copy' | 'unreachable';
  readonly remedy: string;
}

export interface TroubleReport {
  /** Tells of a problem once, however often it comes. */
  report(problem: CallProblem): void;
  /** An answer came. */
  clear(): void;
}

const remedies: Readonly<Record<TelegramTrouble['code'], string>> = {
  'token-refused':
    'Telegram refuses TELEGRAM_BOT_TOKEN. Copy the token from @BotFather (/mybots, API Token) and start again.',
  'second-copy':
    'Another program takes the messages of this bot: stop it, or let @BotFather revoke the token and use the new one.',
  unreachable:
    'Telegram cannot be reached; Steward keeps trying. Check the network, and TELEGRAM_API_ROOT if set.',
};

/** A second copy and this one cut each other off in turn: a single success proves nothing. */
const quietAfterConflictMs = 60_000;
/** One dropped connection is no trouble. */
const unreachableAfter = 3;

export function troubleOf(problem: CallProblem): TelegramTrouble {
  // A token that was never one is "not found" rather than "unauthorized".
  const code =
    problem.code === 401 || problem.code === 404
      ? 'token-refused'
      : problem.code === 409
        ? 'second-copy'
        : 'unreachable';
  return { code, remedy: remedies[code] };
}

export function createTroubleReport(
  clock: Clock,
  onTrouble: (trouble: TelegramTrouble | undefined) => void,
): TroubleReport {
  let told: TelegramTrouble['code'] | undefined;
  let lastConflictAt = -Infinity;
  let failures = 0;
  return {
    report(problem) {
      failures += 1;
      const trouble = troubleOf(problem);
      if (problem.code === 409 && problem.description.includes('webhook')) return;
      if (trouble.code === 'second-copy') lastConflictAt = clock.now();
      if (trouble.code === 'unreachable' && failures < unreachableAfter) return;
      if (told === trouble.code) return;
      told = trouble.code;
      onTrouble(trouble);
    },
    clear() {
      failures = 0;
      if (!told || clock.now() - lastConflictAt < quietAfterConflictMs) return;
      told = undefined;
      onTrouble(undefined);
    },
  };
}
