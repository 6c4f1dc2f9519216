import type { ServiceProbe } from '../../core/contracts/doctor.ts';
import { lookAt } from '../../core/doctor/probe.ts';

/** Asks Telegram who the bot of this token is. */
export function telegramProbe(options: {
  readonly token: string | undefined;
  readonly apiRoot: string;
}): ServiceProbe {
  const { token, apiRoot } = options;
  return {
    name: 'Telegram',
    async look(signal) {
      if (!token) return { state: 'skipped', detail: 'no token' };
      const answer = await lookAt(`${apiRoot}/bot${token}/getMe`, {}, signal);
      if (!answer)
        return {
          state: 'failure',
          detail: 'cannot be reached',
          remedy: 'check the network, and TELEGRAM_API_ROOT if set',
        };
      const time = answer.serverTime === undefined ? {} : { serverTime: answer.serverTime };
      const { result } = (answer.body ?? {}) as { result?: { username?: string } };
      if (answer.status === 200 && result?.username)
        return { ...time, state: 'ok', detail: `@${result.username}` };
      return {
        ...time,
        state: 'failure',
        detail:
          answer.status === 401 || answer.status === 404
            ? 'the token is refused'
            : `answered ${answer.status}`,
        remedy: 'copy the token anew: @BotFather, /mybots, API Token',
      };
    },
  };
}
