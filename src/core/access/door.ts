import type { Outbox } from '../chat/outbox.ts';
import type { InboundEvent } from '../contracts/chat.ts';
import type { IdSource } from '../ids.ts';
import type { Pairing } from './pairing.ts';
import type { Person, Persons } from './persons.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Strangers } from './strangers.ts';

/** Deny by default: only what a known person sent goes on. All of it in the caller's transaction. */
export interface Door {
  /** The person whose event this is, or undefined when it goes no further; what had to be said stands in the outbox. */
  admit(event: InboundEvent): Person | undefined;
}

export function createDoor(options: {
  ids: IdSource;
  persons: Persons;
  pairing: Pairing;
  strangers: Strangers;
  rateLimit: RateLimit;
  outbox: Outbox;
}): Door {
  const { ids, persons, pairing, strangers, rateLimit, outbox } = options;

  const say = ({ address, nativeId }: InboundEvent, markdown: string): undefined => {
    outbox.put({ address, message: { markdown, replyTo: nativeId }, traceId: ids.traceId() });
    return undefined;
  };

  return {
    admit(event) {
      const identity = { platform: event.address.platform, nativeId: event.sender.nativeId };
      const isPrivate = (event.chat?.kind ?? 'private') === 'private';
      const paired = isPrivate ? pairing.redeem(textOf(event), identity) : undefined;
      if (paired) return say(event, `This account is now ${paired.name}'s. \`/help\` tells what I can do.`);

      const person = persons.find(identity);
      if (!person) {
        // In a group nobody asked for an answer to a stranger, and a press of a stranger means nothing.
        if (isPrivate && (event.kind === 'message' || event.kind === 'command')) strangers.receive(event);
        return undefined;
      }
      if (person.role === 'nobody') return undefined;
      if (event.kind !== 'message' && event.kind !== 'command') return person;
      const taken = rateLimit.take(person.id, person.role);
      if (taken.ok) return person;
      return taken.isFirst
        ? say(
            event,
            'That was too many messages in one minute; this one and those right after it were not taken.',
          )
        : undefined;
    },
  };
}

/** What may hold a pairing code; `/start CODE` comes as a command on some platforms. */
function textOf(event: InboundEvent): string {
  if (event.kind === 'message') return event.text;
  if (event.kind === 'command' && event.name === 'start' && typeof event.input === 'string')
    return event.input;
  return '';
}
