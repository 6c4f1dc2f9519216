import {
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  type GatewayDispatchPayload,
  Options,
} from 'discord.js';
import type { Logger } from '../../core/telemetry/log.ts';

const intents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.DirectMessageReactions,
];

/** What is listened to; all else that discord.js tells is of no use here. */
const heard = [
  GatewayDispatchEvents.Ready,
  GatewayDispatchEvents.GuildCreate,
  GatewayDispatchEvents.GuildDelete,
  GatewayDispatchEvents.GuildRoleCreate,
  GatewayDispatchEvents.ChannelCreate,
  GatewayDispatchEvents.ChannelUpdate,
  GatewayDispatchEvents.ChannelDelete,
  GatewayDispatchEvents.ThreadCreate,
  GatewayDispatchEvents.ThreadUpdate,
  GatewayDispatchEvents.ThreadDelete,
  GatewayDispatchEvents.MessageCreate,
  GatewayDispatchEvents.MessageUpdate,
  GatewayDispatchEvents.MessageDelete,
  GatewayDispatchEvents.MessageReactionAdd,
  GatewayDispatchEvents.MessageReactionRemove,
  GatewayDispatchEvents.InteractionCreate,
] as const;

export type Dispatch = Extract<GatewayDispatchPayload, { t: (typeof heard)[number] }>;

export interface Gateway {
  /** Resolves when the session is there. Throws what stands in the way. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** discord.js keeps the connection: heartbeats, resume, reconnects. What it hears is handed on as Discord said it. */
export function createGateway(options: {
  readonly token: string;
  readonly api: string;
  readonly log: Logger;
  /** Whether the application may read messages that do not mention it. */
  readonly readsContent: boolean;
  onDispatch(dispatch: Dispatch): void;
  onConnection(state: 'lost' | 'back'): void;
}): Gateway {
  const { log } = options;
  const client = new Client({
    intents: options.readsContent ? [...intents, GatewayIntentBits.MessageContent] : intents,
    rest: { api: options.api },
    // Steward keeps what it needs itself.
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      UserManager: 0,
    }),
  });
  for (const event of heard)
    client.ws.on(event, (data: unknown) => options.onDispatch({ t: event, d: data } as Dispatch));
  client.on(Events.Error, (error) => log.warn({ reason: error.message }, 'Discord client error'));
  client.on(Events.ShardError, (error) => log.warn({ reason: error.message }, 'Discord connection error'));
  client.on(Events.ShardReconnecting, () => options.onConnection('lost'));
  client.on(Events.ShardResume, () => options.onConnection('back'));
  client.on(Events.ShardReady, () => options.onConnection('back'));
  return {
    async connect() {
      await client.login(options.token);
    },
    close: () => client.destroy(),
  };
}
