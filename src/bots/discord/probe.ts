import type { ServiceProbe } from '../../core/contracts/doctor.ts';
import { lookAt } from '../../core/doctor/probe.ts';

/** GATEWAY_MESSAGE_CONTENT and its form for small bots (developers docs, Application Flags). */
const contentFlags = (1 << 18) | (1 << 19);

/** Asks Discord which application this token belongs to, and whether it may read messages. */
export function discordProbe(options: {
  readonly token: string | undefined;
  readonly api: string;
}): ServiceProbe {
  const { token, api } = options;
  return {
    name: 'Discord',
    async look(signal) {
      if (!token) return { state: 'skipped', detail: 'no token' };
      const answer = await lookAt(`${api}/v10/applications/@me`, { authorization: `Bot ${token}` }, signal);
      if (!answer)
        return {
          state: 'failure',
          detail: 'cannot be reached',
          remedy: 'check the network, and DISCORD_API_URL if set',
        };
      const time = answer.serverTime === undefined ? {} : { serverTime: answer.serverTime };
      const { name = 'the bot', flags = 0 } = (answer.body ?? {}) as { name?: string; flags?: number };
      if (answer.status !== 200)
        return {
          ...time,
          state: 'failure',
          detail: answer.status === 401 ? 'the token is refused' : `answered ${answer.status}`,
          remedy: 'discord.com/developers, your application, Bot, Reset Token',
        };
      if ((flags & contentFlags) === 0)
        return {
          ...time,
          state: 'warning',
          detail: `${name}, which sees only what mentions it`,
          remedy: 'discord.com/developers, your application, Bot: switch on Message Content Intent',
        };
      return { ...time, state: 'ok', detail: name };
    },
  };
}
