import type { InlineKeyboardButton, InputRichBlock, MessageEntity } from 'grammy/types';
import type { RenderedPart } from '../../core/contracts/chat.ts';

/** One message in the form that every server knows. */
export interface PlainText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** What every kind of part may carry. */
interface PartFrame {
  readonly keyboard?: readonly (readonly InlineKeyboardButton.CallbackButton[])[];
  /** The native id of the message this answers; used in groups alone. */
  readonly replyTo?: string;
}

export interface TextPart extends PartFrame {
  readonly kind: 'text';
  /** One message, or several where only the rich form fits into one. */
  readonly plain: readonly PlainText[];
  /** The same as blocks, where they show more than plain text can. */
  readonly rich?: readonly InputRichBlock[];
}

export interface DocumentPart extends PartFrame {
  readonly kind: 'document';
  readonly name: string;
  readonly content: string;
}

export interface PhotoPart extends PartFrame {
  readonly kind: 'photo';
  readonly name: string;
  /** Base64. */
  readonly png: string;
  readonly caption: string;
  /** For chats in which a bot may send no photos. */
  readonly instead: readonly PlainText[];
}

/** A rendered part of this platform; plain data, so that it survives the outbox. */
export type TelegramPart = TextPart | DocumentPart | PhotoPart;

export const storedPart = (part: TelegramPart): RenderedPart => part as unknown as RenderedPart;
export const partOf = (part: RenderedPart): TelegramPart => part as unknown as TelegramPart;
