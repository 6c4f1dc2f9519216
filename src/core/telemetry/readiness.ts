import type { AppConfig } from '../config/app-config.ts';
import type { Availability, LocalState } from '../models/availability.ts';

export interface ReadinessLine {
  readonly part: string;
  readonly state: 'ready' | 'missing' | 'later';
  readonly detail: string;
  /** What to do about it, one line. */
  readonly remedy?: string;
}

/** What is known of the chat platforms. */
export interface PlatformFacts {
  /** Why nothing comes from it, with the remedy. */
  trouble(platform: string): string | undefined;
  /** A code that makes its sender the owner there, where nobody is yet. */
  ownerCode?(platform: string): string | undefined;
}

/** What works and what is missing, as the start table and /status show it. Asks the engines, costs nothing. */
export async function readiness(
  config: AppConfig,
  availability: Availability,
  platforms: PlatformFacts,
): Promise<readonly ReadinessLine[]> {
  const [local, claude] = await Promise.all([availability.local(), claudeLine(availability)]);
  return [
    telegramLine(),
    discordLine(),
    ollamaLine(local),
    embeddedLine(local),
    claude,
    { part: 'Web', state: 'later', detail: 'comes with a later version' },
  ];

  function telegramLine(): ReadinessLine {
    return platformLine('telegram', 'Telegram', config.environment.telegramBotToken, {
      tokenRemedy: 'get one from @BotFather in Telegram and put TELEGRAM_BOT_TOKEN=… into .env',
    });
  }

  function discordLine(): ReadinessLine {
    return platformLine('discord', 'Discord', config.environment.discordBotToken, {
      tokenRemedy: 'make a bot at discord.com/developers and put DISCORD_BOT_TOKEN=… into .env',
    });
  }

  function platformLine(
    platform: string,
    part: string,
    token: string | undefined,
    { tokenRemedy }: { readonly tokenRemedy: string },
  ): ReadinessLine {
    if (!token) return { part, state: 'missing', detail: 'no token', remedy: tokenRemedy };
    const remedy = platforms.trouble(platform);
    if (remedy) return { part, state: 'missing', detail: 'does not work as it should', remedy };
    const code = platforms.ownerCode?.(platform);
    if (!code) return { part, state: 'ready', detail: 'listening' };
    return { part, state: 'ready', detail: `listening; to be its owner, send your bot: ${code}` };
  }

  function ollamaLine(state: LocalState): ReadinessLine {
    const address = config.environment.ollamaHost;
    const part = 'Ollama';
    if (state.state !== 'unreachable' && state.engine === 'ollama')
      return state.state === 'ready'
        ? { part, state: 'ready', detail: `${state.model} at ${address}` }
        : {
            part,
            state: 'missing',
            detail: `runs, without ${state.model}`,
            remedy: `ollama pull ${state.model}   (or write a message and say yes)`,
          };
    if (state.state === 'ready')
      return { part, state: 'later', detail: `no answer at ${address}, not needed` };
    return {
      part,
      state: 'missing',
      detail: `no answer at ${address}`,
      remedy: 'install it from ollama.com and run `ollama serve`, or set OLLAMA_HOST in .env',
    };
  }

  function embeddedLine(state: LocalState): ReadinessLine {
    const part = 'Embedded model';
    if (state.state === 'unreachable') return { part, state: 'later', detail: 'switched off in models.yaml' };
    if (state.engine === 'ollama') return { part, state: 'later', detail: 'not needed: Ollama is there' };
    if (state.state === 'ready') return { part, state: 'ready', detail: state.model };
    return {
      part,
      state: 'missing',
      detail: `none yet; ${state.model} suits this machine`,
      remedy: 'npm start -- fetch-model   (or write a message and say yes)',
    };
  }

  async function claudeLine(models: Availability): Promise<ReadinessLine> {
    const cloud = models.cloud();
    if (cloud.state === 'no-key')
      return {
        part: 'Claude',
        state: 'missing',
        detail: 'no key',
        remedy: 'put ANTHROPIC_API_KEY=… from console.anthropic.com into .env',
      };
    if (cloud.state === 'switched-off')
      return {
        part: 'Claude',
        state: 'missing',
        detail: `switched off: ${cloud.detail}`,
        remedy: 'raise the budget in config/steward.yaml or with /settings',
      };
    const health = await models.engine('anthropic');
    if (health.state === 'key-refused' || cloud.state === 'key-refused')
      return {
        part: 'Claude',
        state: 'missing',
        detail: 'the key is refused',
        remedy: 'check ANTHROPIC_API_KEY in .env, then start again',
      };
    if (health.state === 'unreachable')
      return {
        part: 'Claude',
        state: 'missing',
        detail: 'cannot be reached',
        remedy: 'check the internet connection, and ANTHROPIC_BASE_URL if it is set',
      };
    return { part: 'Claude', state: 'ready', detail: `${config.models.roles.fast} within the budget` };
  }
}
