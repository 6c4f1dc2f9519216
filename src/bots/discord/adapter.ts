import {
  type APIApplication,
  type APIInteraction,
  ApplicationCommandType,
  ApplicationFlags,
  ChannelType,
  GatewayDispatchEvents,
  InteractionType,
  REST,
  Routes,
} from 'discord.js';
import type { ChatAdapter, ChatHandlers, InboundEvent } from '../../core/contracts/chat.ts';
import { startPatiently } from '../../core/chat/start-patiently.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { gaps, messagesAfter } from './backfill.ts';
import { problemOf } from './faults.ts';
import { fetchDiscordFile, largestFileBytes } from './fetch-file.ts';
import { createGateway, type Dispatch, type Gateway } from './gateway.ts';
import {
  addressIn,
  commandEvent,
  deletionEvent,
  editEvent,
  type InboundContext,
  messageEvent,
  type Place,
  pressEvent,
  reactionEvent,
  type SeenMessage,
} from './inbound.ts';
import { createInteractions } from './interactions.ts';
import { createLanes } from './lanes.ts';
import { createTyping, openLive } from './live.ts';
import { interactionOf } from './native-id.ts';
import { createDiscordOutbound } from './outbound.ts';
import { storedPart } from './part.ts';
import { createPlaces } from './places.ts';
import { renderMessage, textLength } from './render.ts';
import { syncSlashCommands } from './slash-commands.ts';
import { type DiscordTrouble, permissionTrouble, troubleOf } from './trouble.ts';

export interface DiscordOptions {
  readonly token: string;
  readonly api: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** When a session was last begun, by an earlier process too; undefined: never. */
  lastConnectedAt(): number | undefined;
  /** A session is begun now. */
  onConnecting(): void;
  /** What keeps Discord from working, or from working wholly, and undefined when that is over. */
  onTrouble(trouble: DiscordTrouble | undefined): void;
}

/** Two sessions in five seconds are what Discord takes (GET /gateway/bot); a program that restarts fast must wait. */
const betweenConnectsMs = 2_600;
/** One below what a channel takes, for the growing message of another answer; discord.js counts what it sends itself. */
const sends = { count: 4, perMs: 5_000 };
/** Discord's clock and this one differ. */
const rateLimitMarginMs = 200;
const callMs = 15_000;
const reconnectMs = 5_000;
const firstAnswerMs = 2_500;
const storeAgainMs = 2_000;
const threadTitleLength = 100;
/** A day without a word, then Discord folds the thread away; it opens again by itself. */
const archiveMinutes = 1_440;

/** Discord by gateway and REST. A server that cannot be reached is tried again; a refused token is said and waits. */
export function createDiscordAdapter(options: DiscordOptions): ChatAdapter {
  const { token, api, clock, log } = options;
  const account = accountIn(token);
  const stopping = new AbortController();
  const rest = new REST({
    api,
    version: '10',
    timeout: callMs,
    retries: 1,
    offset: rateLimitMarginMs,
  }).setToken(token);
  const self = { userId: account, applicationId: account };
  const ownRoles = new Set<string>();
  /** The channels in which this session has looked for what it missed. */
  const lookedBack = new Set<string>();
  const places = createPlaces(rest, () => self.userId);
  const interactions = createInteractions({ rest, clock, log, applicationId: () => self.applicationId });
  const showTyping = createTyping(rest, clock);
  const lanes = createLanes(log);
  let handlers: ChatHandlers | undefined;
  let personalCommands: ReadonlySet<string> = new Set();
  let context: InboundContext = { account, selfId: account, ownRoles, commandNames: new Set() };
  let gateway: Gateway | undefined;
  let standing: DiscordTrouble | undefined;
  let trouble: DiscordTrouble | undefined;
  let forbiddenIn: string | undefined;

  /** `standing` lasts as long as the connection; all else comes and goes above it. */
  const tell = (now: DiscordTrouble | undefined): void => {
    const next = now ?? standing;
    if (next?.remedy === trouble?.remedy) return;
    trouble = next;
    options.onTrouble(next);
  };

  const outbound = createDiscordOutbound({
    rest,
    interactions,
    isInServer: (channelId) => places.known(channelId)?.guildId !== undefined,
    onPermission(channelId, isAllowed) {
      if (!isAllowed) {
        forbiddenIn = channelId;
        const name = places.known(channelId)?.name;
        tell(permissionTrouble(name ? `#${name}` : 'a channel'));
      } else if (forbiddenIn === channelId) {
        forbiddenIn = undefined;
        tell(undefined);
      }
    },
  });

  /** Until it is stored; a stop leaves it to the look back of the next start. */
  const deliver = async (event: InboundEvent | undefined): Promise<void> => {
    const taker = handlers;
    if (!event || !taker) return;
    while (!stopping.signal.aborted) {
      try {
        const { refused } = taker.onEvents([event]);
        const interaction = refused.includes(event.nativeId) ? interactionOf(event.nativeId) : undefined;
        if (interaction) await interactions.dismiss(interaction);
        return;
      } catch (error) {
        log.error({ reason: String(error) }, 'event not stored, tried again');
        await clock.sleep(storeAgainMs, stopping.signal).catch(() => undefined);
      }
    }
  };

  /** In the order of a channel. What is in a direct message says so; a channel not known yet is asked for. */
  const inPlace = (
    channelId: string,
    guildId: string | undefined,
    work: (place: Place) => InboundEvent | undefined,
  ): void =>
    lanes.add(channelId, async () => {
      const direct = { channelId, guildId: undefined, isOwnThread: false };
      const place = guildId === undefined ? direct : await places.find(channelId);
      if (place) await deliver(work(place));
    });

  const receiveInteraction = (interaction: APIInteraction): void => {
    const channelId = interaction.channel?.id;
    if (channelId === undefined || !handlers) return;
    const ref = { id: interaction.id, token: interaction.token };
    const place: Place = places.known(channelId) ?? {
      channelId,
      guildId: interaction.guild_id,
      isOwnThread: false,
    };
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      const focused = interaction.data.options.find((option) => 'focused' in option && option.focused);
      const typed = focused && 'value' in focused ? String(focused.value) : '';
      void interactions.complete(interaction, handlers.complete(interaction.data.name, typed));
    } else if (
      interaction.type === InteractionType.ApplicationCommand &&
      interaction.data.type === ApplicationCommandType.ChatInput
    ) {
      const isPersonal = place.guildId !== undefined && personalCommands.has(interaction.data.name);
      if (!interactions.acknowledge(ref, isPersonal ? 'private-reply' : 'reply')) return;
      const event = commandEvent(interaction as Parameters<typeof commandEvent>[0], place, context);
      lanes.add(channelId, () => deliver(event));
    } else if (interaction.type === InteractionType.MessageComponent) {
      if (!interactions.acknowledge(ref, 'silent')) return;
      const event = pressEvent(interaction, place, context);
      lanes.add(channelId, () => deliver(event));
    }
  };

  const lookBack = (): void => {
    if (!handlers) return;
    const seen = handlers.lastSeen('discord').filter(({ address }) => address.account === account);
    for (const [channelId, lastSeen] of gaps(seen, places)) {
      if (lookedBack.has(channelId)) continue;
      lookedBack.add(channelId);
      lanes.add(channelId, async () => {
        const place = await places.find(channelId);
        if (!place) return;
        for (const message of await messagesAfter(rest, log, channelId, lastSeen))
          await deliver(messageEvent(message, place, context));
      });
    }
  };

  const chatGone = (channelId: string): void =>
    lanes.add(channelId, () => {
      places.forget(channelId);
      return deliver({
        kind: 'membership',
        nativeId: `gone-${channelId}`,
        revision: 0,
        at: clock.now(),
        address: addressIn(channelId, account),
        chat: { kind: 'group' },
        sender: { nativeId: channelId, displayName: 'Discord' },
        change: 'removed',
      });
    });

  const receive = (dispatch: Dispatch): void => {
    if (stopping.signal.aborted) return;
    switch (dispatch.t) {
      case GatewayDispatchEvents.Ready:
        lookedBack.clear();
        lookBack();
        return;
      case GatewayDispatchEvents.GuildCreate: {
        places.noteGuild(dispatch.d);
        for (const role of dispatch.d.roles) if (role.tags?.bot_id === self.userId) ownRoles.add(role.id);
        lookBack();
        return;
      }
      case GatewayDispatchEvents.GuildRoleCreate:
        if (dispatch.d.role.tags?.bot_id === self.userId) ownRoles.add(dispatch.d.role.id);
        return;
      case GatewayDispatchEvents.GuildDelete:
        // "unavailable" is an outage, not a farewell.
        if (!dispatch.d.unavailable)
          for (const { channelId } of places.inGuild(dispatch.d.id)) chatGone(channelId);
        return;
      case GatewayDispatchEvents.ChannelCreate:
      case GatewayDispatchEvents.ChannelUpdate:
      case GatewayDispatchEvents.ThreadCreate:
      case GatewayDispatchEvents.ThreadUpdate:
        places.noteChannel(dispatch.d);
        return;
      case GatewayDispatchEvents.ChannelDelete:
      case GatewayDispatchEvents.ThreadDelete:
        chatGone(dispatch.d.id);
        return;
      case GatewayDispatchEvents.MessageCreate: {
        const message: SeenMessage = dispatch.d;
        inPlace(message.channel_id, message.guild_id, (place) => messageEvent(message, place, context));
        return;
      }
      case GatewayDispatchEvents.MessageUpdate: {
        const message = dispatch.d as SeenMessage;
        inPlace(message.channel_id, message.guild_id, (place) => editEvent(message, place, context));
        return;
      }
      case GatewayDispatchEvents.MessageDelete: {
        const { id, channel_id: channelId, guild_id: guildId } = dispatch.d;
        inPlace(channelId, guildId, (place) => deletionEvent(id, place, context));
        return;
      }
      case GatewayDispatchEvents.MessageReactionAdd:
      case GatewayDispatchEvents.MessageReactionRemove: {
        const reaction = dispatch.d;
        const added = dispatch.t === GatewayDispatchEvents.MessageReactionAdd;
        inPlace(reaction.channel_id, reaction.guild_id, (place) =>
          reactionEvent(reaction, added, place, context, clock.now()),
        );
        return;
      }
      case GatewayDispatchEvents.InteractionCreate:
        receiveInteraction(dispatch.d);
    }
  };

  /** Who this bot is; undefined for a token that Discord refuses. Throws what may pass. */
  const introduce = async (): Promise<APIApplication | undefined> => {
    try {
      return (await rest.get(Routes.currentApplication())) as APIApplication;
    } catch (error) {
      if (problemOf(error).status !== 401) throw error;
      tell(troubleOf('token-refused'));
      return undefined;
    }
  };

  const connectOnce = async (given: ChatHandlers): Promise<void> => {
    const application = await introduce();
    if (!application) return;
    self.applicationId = application.id;
    self.userId = application.bot?.id ?? account;
    context = {
      ...context,
      selfId: self.userId,
      commandNames: new Set(given.commands.map(({ name }) => name)),
    };
    const readsContent = mayReadContent(application);
    standing = readsContent ? undefined : troubleOf('content-intent');
    gateway = createGateway({
      token,
      api,
      log,
      readsContent,
      onDispatch: receive,
      onConnection: (state) => tell(state === 'lost' ? troubleOf('unreachable') : undefined),
    });
    const waitMs = (options.lastConnectedAt() ?? 0) + betweenConnectsMs - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, stopping.signal);
    options.onConnecting();
    await gateway.connect();
    tell(undefined);
    syncSlashCommands(rest, application.id, given.commands).catch((error: unknown) =>
      log.warn({ reason: problemOf(error).description }, 'slash commands not registered'),
    );
  };

  const connect = async (given: ChatHandlers): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await connectOnce(given);
        return;
      } catch (error) {
        await gateway?.close().catch(() => undefined);
        if (stopping.signal.aborted) return;
        tell(troubleOf('unreachable'));
        log.warn({ reason: problemOf(error).description }, 'Discord not reached');
        await clock.sleep(reconnectMs, stopping.signal).catch(() => undefined);
      }
    }
  };

  return {
    platform: 'discord',
    account,
    capabilities: {
      streaming: 'live',
      edits: true,
      buttons: true,
      buttonsOutliveRestart: true,
      typing: true,
      answerButtons: true,
      pictures: true,
    },
    limits: { textLength, fetchBytes: largestFileBytes, sends },
    async start(given) {
      handlers = given;
      personalCommands = new Set(
        given.commands.flatMap(({ name, isPersonal }) => (isPersonal ? [name] : [])),
      );
      await startPatiently(clock, firstAnswerMs, stopping.signal, connect(given));
    },
    async stop() {
      stopping.abort();
      await gateway?.close();
      await lanes.settled();
      handlers = undefined;
    },
    render: (message) => renderMessage(message).map(storedPart),
    send: outbound.send,
    edit: outbound.edit,
    showTyping: (address) => showTyping(address.chatId),
    async openDirect(nativeUserId) {
      try {
        const channel = (await rest.post(Routes.userChannels(), {
          body: { recipient_id: nativeUserId },
        })) as { id: string };
        return addressIn(channel.id, account);
      } catch (error) {
        if (problemOf(error).status === 0) throw error;
        return 'unreachable';
      }
    },
    async openThread(address, title) {
      const thread = (await rest.post(Routes.threads(address.chatId), {
        body: {
          name: title.slice(0, threadTitleLength).toWellFormed(),
          type: ChannelType.PublicThread,
          auto_archive_duration: archiveMinutes,
        },
      })) as Parameters<typeof places.noteChannel>[0];
      places.noteChannel(thread);
      return addressIn(thread.id, account);
    },
    fetchFile: (ref, signal) => fetchDiscordFile(rest, ref, signal),
    async answerPress(pressNativeId, { markdown, isRefusal }) {
      const ref = interactionOf(pressNativeId);
      const [part] = renderMessage({ markdown });
      if (ref && part && isRefusal) await interactions.whisper(ref, part.content);
    },
    openLive: (address, live) =>
      openLive({
        ...live,
        showTyping,
        rest,
        clock,
        log,
        address,
        replyTo: places.known(address.chatId)?.guildId === undefined ? undefined : live.replyTo,
      }),
  };
}

/** The first part of a token is the id of the bot. */
const accountIn = (token: string): string => Buffer.from(token.split('.')[0] ?? '', 'base64url').toString();

const mayReadContent = ({ flags }: Pick<APIApplication, 'flags'>): boolean =>
  ((flags ?? 0) &
    (ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited)) !==
  0;
