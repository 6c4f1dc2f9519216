import {
  type APIChannel,
  ChannelType,
  type GatewayGuildCreateDispatchData,
  type REST,
  Routes,
} from 'discord.js';
import { problemOf } from './faults.ts';
import type { Place } from './inbound.ts';

type KnownChannel = Pick<APIChannel, 'id' | 'type'> & {
  readonly name?: string | null;
  readonly guild_id?: string | undefined;
  readonly owner_id?: string;
  readonly last_message_id?: string | null;
};

const threads = new Set([
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
  ChannelType.AnnouncementThread,
]);
const talkedIn = new Set([...threads, ChannelType.GuildText, ChannelType.GuildAnnouncement, ChannelType.DM]);

/** What the gateway has told of the channels, asked for where it has not. */
export interface Places {
  noteGuild(guild: GatewayGuildCreateDispatchData): void;
  noteChannel(channel: KnownChannel): void;
  forget(channelId: string): void;
  known(channelId: string): Place | undefined;
  /** Throws what the call throws; undefined for a channel that is gone. */
  find(channelId: string): Promise<Place | undefined>;
  inGuild(guildId: string): readonly Place[];
  /** Channels in which something was said after a message. */
  spokenInSince(isNews: (lastMessageId: string) => boolean): readonly string[];
}

export function createPlaces(rest: REST, selfId: () => string): Places {
  const channels = new Map<string, KnownChannel>();

  const note = (channel: KnownChannel): void => {
    if (talkedIn.has(channel.type)) channels.set(channel.id, channel);
  };
  const placeOf = ({ id, name, type, guild_id: guildId, owner_id: ownerId }: KnownChannel): Place => ({
    channelId: id,
    guildId,
    ...(name && { name }),
    isOwnThread: threads.has(type) && ownerId === selfId(),
  });
  const known = (channelId: string): Place | undefined => {
    const channel = channels.get(channelId);
    return channel && placeOf(channel);
  };

  return {
    noteGuild({ id, channels: all, threads: active }) {
      for (const channel of [...all, ...active]) note({ ...channel, guild_id: id });
    },
    noteChannel: note,
    forget: (channelId) => channels.delete(channelId),
    known,
    async find(channelId) {
      const before = known(channelId);
      if (before) return before;
      try {
        note((await rest.get(Routes.channel(channelId))) as KnownChannel);
      } catch (error) {
        const { status } = problemOf(error);
        if (status !== 404 && status !== 403) throw error;
      }
      return known(channelId);
    },
    inGuild: (guildId) => [...channels.values()].filter((one) => one.guild_id === guildId).map(placeOf),
    spokenInSince: (isNews) =>
      [...channels.values()]
        .filter((channel) => channel.last_message_id && isNews(channel.last_message_id))
        .map((channel) => channel.id),
  };
}
