import type { RenderedPart } from '../../core/contracts/chat.ts';

/** What Discord calls them (developers docs, Message Components). */
export const buttonStyles = { secondary: 2, success: 3, danger: 4 } as const;

export interface PartButton {
  readonly label: string;
  readonly token: string;
  readonly style: (typeof buttonStyles)[keyof typeof buttonStyles];
}

/** A rendered part of this platform, which is one message; plain data, so that it survives the outbox. */
export interface DiscordPart {
  readonly content: string;
  /** The text of a card. */
  readonly card?: string;
  readonly buttons?: readonly (readonly PartButton[])[];
  readonly file?: { readonly name: string; readonly content: string };
  /** `description` is the alternative text. */
  readonly pictures?: readonly {
    readonly name: string;
    readonly png: string;
    readonly description: string;
  }[];
  /** The native id of the event this answers. */
  readonly replyTo?: string;
}

export const storedPart = (part: DiscordPart): RenderedPart => part as unknown as RenderedPart;
export const partOf = (part: RenderedPart): DiscordPart => part as unknown as DiscordPart;
