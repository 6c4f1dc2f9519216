import { discordProbe } from './bots/discord/probe.ts';
import { telegramProbe } from './bots/telegram/probe.ts';
import type { AppConfig } from './core/config/app-config.ts';
import type { ServiceProbe } from './core/contracts/doctor.ts';

/** A look at each platform over its own API, without its SDK. */
export const serviceProbes = (environment: AppConfig['environment']): readonly ServiceProbe[] => [
  telegramProbe({ token: environment.telegramBotToken, apiRoot: environment.telegramApiRoot }),
  discordProbe({
    token: environment.discordBotToken,
    api: environment.discordApiUrl ?? 'https://discord.com/api',
  }),
];
