import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIMessage,
  InteractionResponseType,
  MessageFlags,
  type RawFile,
  type REST,
  Routes,
} from 'discord.js';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { problemOf } from './faults.ts';
import type { InteractionRef } from './native-id.ts';
import { timeOf } from './snowflake.ts';

/** The token of an interaction is good for 15 minutes (developers docs, Followup Messages). */
const tokenMs = 14 * 60_000;
const remembered = 1_000;
const mostChoices = 25;
const longestChoice = 100;

/** How an interaction is acknowledged: a reply that says "thinking", the same for one person alone, or silently. */
export type Acknowledgement = 'reply' | 'private-reply' | 'silent';

export interface MessageBody {
  readonly body: Readonly<Record<string, unknown>>;
  readonly files: RawFile[];
}

/** Interactions must be acknowledged within 3 seconds; what they are answered comes when it comes. */
export interface Interactions {
  /** At once; false for one that came before. */
  acknowledge(ref: InteractionRef, how: Acknowledgement): boolean;
  /** Puts the answer where "thinking" stands; the id of the message, or undefined when that place is gone. */
  fill(ref: InteractionRef, message: MessageBody, channelId: string): Promise<string | undefined>;
  /** Takes "thinking" away: nothing comes of it. */
  dismiss(ref: InteractionRef): Promise<void>;
  /** Tells the person who pressed alone. Throws when it is too late. */
  whisper(ref: InteractionRef, content: string): Promise<void>;
  complete(
    interaction: APIApplicationCommandAutocompleteInteraction,
    choices: readonly string[],
  ): Promise<void>;
}

interface Known {
  readonly how: Acknowledgement;
  /** The id of the message that says "thinking"; undefined when it could not be acknowledged. */
  readonly acknowledged: Promise<string | undefined>;
}

export function createInteractions(options: {
  readonly rest: REST;
  readonly clock: Clock;
  readonly log: Logger;
  applicationId(): string;
}): Interactions {
  const { rest, clock, log } = options;
  const known = new Map<string, Known>();

  const original = ({ token }: InteractionRef) =>
    Routes.webhookMessage(options.applicationId(), token, '@original');
  const isFresh = ({ id }: InteractionRef): boolean => clock.now() - timeOf(id) < tokenMs;

  const callBack = async (ref: InteractionRef, how: Acknowledgement): Promise<string | undefined> => {
    const type =
      how === 'silent'
        ? InteractionResponseType.DeferredMessageUpdate
        : InteractionResponseType.DeferredChannelMessageWithSource;
    try {
      const answer = (await rest.post(Routes.interactionCallback(ref.id, ref.token), {
        body: { type, ...(how === 'private-reply' && { data: { flags: MessageFlags.Ephemeral } }) },
        query: new URLSearchParams({ with_response: 'true' }),
        auth: false,
      })) as { resource?: { message?: APIMessage } } | undefined;
      return answer?.resource?.message?.id ?? '';
    } catch (error) {
      log.warn({ reason: problemOf(error).description }, 'interaction not acknowledged');
      return undefined;
    }
  };

  return {
    acknowledge(ref, how) {
      if (known.has(ref.id)) return false;
      known.set(ref.id, { how, acknowledged: callBack(ref, how) });
      for (const [id] of known) {
        if (known.size <= remembered) break;
        known.delete(id);
      }
      return true;
    },
    async fill(ref, { body, files }, channelId) {
      const before = known.get(ref.id);
      const thinking = await before?.acknowledged;
      if (before && thinking === undefined) return undefined;
      try {
        if (isFresh(ref)) {
          const message = (await rest.patch(original(ref), { body, files, auth: false })) as APIMessage;
          return message.id;
        }
        // The token is no longer good, but the message is the bot's own.
        if (!thinking || before?.how !== 'reply') return undefined;
        await rest.patch(Routes.channelMessage(channelId, thinking), { body, files });
        return thinking;
      } catch (error) {
        if (problemOf(error).status !== 404) throw error;
        return undefined;
      }
    },
    async dismiss(ref) {
      const before = known.get(ref.id);
      if (before?.how === 'silent' || (await before?.acknowledged) === undefined) return;
      try {
        await rest.delete(original(ref), { auth: false });
      } catch (error) {
        log.debug({ reason: problemOf(error).description }, 'interaction not dismissed');
      }
    },
    async whisper(ref, content) {
      await known.get(ref.id)?.acknowledged;
      await rest.post(Routes.webhook(options.applicationId(), ref.token), {
        body: { content, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } },
        auth: false,
      });
    },
    async complete({ id, token }, choices) {
      const shown = choices.slice(0, mostChoices).map((choice) => {
        const name = choice.slice(0, longestChoice);
        return { name, value: name };
      });
      try {
        await rest.post(Routes.interactionCallback(id, token), {
          body: {
            type: InteractionResponseType.ApplicationCommandAutocompleteResult,
            data: { choices: shown },
          },
          auth: false,
        });
      } catch (error) {
        log.debug({ reason: problemOf(error).description }, 'completion not shown');
      }
    },
  };
}
