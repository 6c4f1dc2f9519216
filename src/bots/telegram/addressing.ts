import type { Message, MessageEntity } from 'grammy/types';
import type { Self } from './people.ts';

const commandForm = /^\/([a-z0-9_]{1,64})(?:@([a-z0-9_]{3,32}))?(?=\s|$)\s*/i;

export interface TypedCommand {
  readonly name: string;
  readonly input: string;
  /** `/name@bot`: it can be meant for no one else. */
  readonly isAddressed: boolean;
}

/** The command that a text is; `another-bot` for one that names a bot, but not this one. */
export function commandIn(text: string, self: Self): TypedCommand | 'another-bot' | undefined {
  const [whole, name, bot] = commandForm.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  if (bot && !isSameName(bot, self.username)) return 'another-bot';
  return { name: name.toLowerCase(), input: text.slice(whole.length).trim(), isAddressed: Boolean(bot) };
}

const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function mentionsOf(message: Message, self: Self): MessageEntity[] {
  const text = message.text ?? message.caption ?? '';
  return (message.entities ?? message.caption_entities ?? []).filter((entity) =>
    entity.type === 'text_mention'
      ? entity.user.id === self.id
      : entity.type === 'mention' &&
        isSameName(text.slice(entity.offset + 1, entity.offset + entity.length), self.username),
  );
}

/** What is said in a group to this bot: by its name or as a reply to it. */
export function isSpokenTo(message: Message, self: Self): boolean {
  return repliesTo(message, self) || mentionsOf(message, self).length > 0;
}

function repliesTo(message: Message, self: Self): boolean {
  const replied = realReply(message);
  return replied?.from?.id === self.id && !replied.sender_chat;
}

/** In a topic what replies to nothing comes as a reply to the message that made the topic. */
export function realReply(message: Message): Message | undefined {
  const replied = message.reply_to_message;
  return replied?.forum_topic_created ? undefined : replied;
}

/** The words of a text message or caption without the bot's name. */
export function withoutMentions(message: Message, self: Self): string {
  let text = message.text ?? message.caption ?? '';
  for (const { offset, length } of mentionsOf(message, self).toReversed())
    text = `${text.slice(0, offset).trimEnd()} ${text.slice(offset + length).trimStart()}`;
  return text.trim();
}
