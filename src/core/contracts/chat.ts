import type { JsonObject } from './json.ts';

/** Where a conversation happens. All ids are text, as the platform spells them. */
export interface ChatAddress {
  /** 'console', 'telegram', 'discord': a name for rows and metrics; core never branches on it. */
  readonly platform: string;
  /** The bot account on that platform, so that two bots never share a key. */
  readonly account: string;
  readonly chatId: string;
  /** Forum topic or thread inside the chat; '' where there is none. */
  readonly threadKey: string;
}

export interface Sender {
  /** Numeric id on Telegram and Discord; never a user name. */
  readonly nativeId: string;
  readonly displayName: string;
}

/** A file that came with a message; its bytes are fetched later with `ChatAdapter.fetchFile`. */
export interface AttachmentRef {
  readonly nativeId: string;
  readonly name: string;
  /** As the platform announces it; what the bytes are is decided after the fetch. */
  readonly mediaType?: string;
  readonly sizeBytes?: number;
}

interface InboundBase {
  /** With platform, account, kind and revision the key by which a duplicate is dropped. */
  readonly nativeId: string;
  /** 0, or the platform's edit date. */
  readonly revision: number;
  readonly at: number;
  readonly address: ChatAddress;
  readonly sender: Sender;
  /** What kind of chat it is; a private one unless said. */
  readonly chat?: { readonly kind: 'private' | 'group' | 'channel'; readonly title?: string };
}

interface MessageContent {
  readonly text: string;
  readonly attachments: readonly AttachmentRef[];
  /** What the message replies to: context, not the person's own words. */
  readonly quote?: { readonly text: string; readonly author?: string };
  /** Someone else's words passed on. */
  readonly forwardedFrom?: string;
}

export interface MessageEvent extends InboundBase, MessageContent {
  readonly kind: 'message';
}

/** Everything a platform can tell. `kind` is part of the inbox key. */
export type InboundEvent =
  | MessageEvent
  | (InboundBase & MessageContent & { readonly kind: 'edit' })
  /** The platform says that a message is gone, not by whom: `sender` is the chat. */
  | (InboundBase & { readonly kind: 'deletion'; readonly targetNativeId: string })
  | (InboundBase & {
      readonly kind: 'command';
      readonly name: string;
      /** What was typed after the name, or typed options by name. */
      readonly input: string | JsonObject;
      /** The message of Steward that it was typed under. */
      readonly replyTo?: string;
    })
  | (InboundBase & { readonly kind: 'press'; readonly token: string })
  | (InboundBase & { readonly kind: 'form'; readonly token: string; readonly values: JsonObject })
  | (InboundBase & {
      readonly kind: 'reaction';
      readonly targetNativeId: string;
      readonly emoji: string;
      readonly added: boolean;
    })
  | (InboundBase & { readonly kind: 'stop' })
  | (InboundBase & {
      readonly kind: 'membership';
      readonly change: 'added' | 'removed' | 'blocked' | 'unblocked';
    })
  | (InboundBase & { readonly kind: 'migration'; readonly toChatId: string });

/** A button as data: the label people read and an opaque one-use token; never a payload. */
export interface Button {
  readonly label: string;
  readonly token: string;
  readonly style?: 'success' | 'danger';
}

/** A picture with all that a chat needs where it shows none. */
export interface Picture {
  /** Of the file, with `.png`. */
  readonly name: string;
  /** Below 150 kB: it lies in the outbox until it is sent. */
  readonly pngBase64: string;
  /** Plain words for whoever does not see it, and under it where the platform puts words there. */
  readonly description: string;
  /** Markdown that is shown where no picture can be. */
  readonly alternative: string;
}

export interface OutboundMessage {
  /** Markdown. Text that came from a model, page or stranger is rendered as text, never as markup of the platform. */
  readonly markdown: string;
  readonly buttons?: readonly (readonly Button[])[];
  /** Native id of the event this answers, for chats where that is not obvious. */
  readonly replyTo?: string;
  /** Something to decide or its outcome: set off from talk where the platform can. */
  readonly isCard?: boolean;
  /** Shown after the text. */
  readonly pictures?: readonly Picture[];
}

/** One message as the platform will get it: made by `render`, stored in the outbox, sent unchanged. */
export type RenderedPart = JsonObject;

/** What a platform calls a message that it has accepted. */
export interface SentRef {
  readonly nativeId: string;
}

/** A send that was begun and whose end nobody saw: the message may stand in the chat. */
export interface EarlierAttempt {
  /** The last message known in the chat before it. */
  readonly after: SentRef | undefined;
  /** Other messages of Steward there, which are not what is looked for. */
  readonly known: readonly SentRef[];
}

export interface ChatCapabilities {
  /** 'live': `openLive` draws the answer while it grows. */
  readonly streaming: 'live' | 'none';
  readonly edits: boolean;
  readonly buttons: boolean;
  /** Buttons sent before a restart of Steward can still be pressed. */
  readonly buttonsOutliveRestart: boolean;
  readonly typing: boolean;
  /** Buttons under answers do not get in the way there. */
  readonly answerButtons: boolean;
  /** It shows pictures; where it does not, none need be drawn. */
  readonly pictures: boolean;
}

export interface ChatLimits {
  /** The longest message in UTF-16 code units; `render` cuts at it. */
  readonly textLength: number;
  /** The largest file that `fetchFile` can bring. */
  readonly fetchBytes: number;
  /** So many messages a chat takes in so long: what a process that has just begun must ask of the one before. */
  readonly sends?: { readonly count: number; readonly perMs: number };
}

/** An answer while it grows. Never throws: a preview that cannot be shown is no fault of the turn. */
export interface LiveMessage {
  /** The whole text so far; calls may be dropped or merged, the last one never. */
  update(markdown: string): void;
  /** One compact line about what is going on ("asking qwen3:1.7b"), shown until text comes. */
  note(line: string): void;
  /** Nothing more will come; resolves when what was under way has been drawn. The final parts are sent after it. */
  settle(): Promise<void>;
}

/** One option of a command, in the order in which they are typed. */
export interface CommandOption {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'number' | 'boolean';
  readonly isRequired: boolean;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface CommandSummary {
  readonly name: string;
  readonly description: string;
  /** The description by language (ISO 639-1), where there is one. */
  readonly translations?: Readonly<Record<string, string>>;
  /** Who sees it in a menu. */
  readonly access: 'owner' | 'member';
  readonly options: readonly CommandOption[];
  /** The reply is for the one who asked alone, where the platform can do that. */
  readonly isPersonal: boolean;
}

export interface Taken {
  /** Native ids of the events that go no further, because their senders may not. */
  readonly refused: readonly string[];
}

export interface ChatHandlers {
  readonly commands: readonly CommandSummary[];
  /** The accounts on this platform that act as the owner, for menus; it may change while the program runs. */
  owners(platform: string): readonly string[];
  /**
   * Takes a batch in one commit. When it returns, every event is stored (or was a duplicate) and the
   * platform may be told so; when it throws, none is, and the adapter keeps or asks for them again.
   */
  onEvents(events: readonly InboundEvent[]): Taken;
  /** The chats of this account and the newest message known in each, for platforms that replay nothing after a gap. */
  lastSeen(platform: string): readonly { readonly address: ChatAddress; readonly nativeId: string }[];
  /** Completions of what is typed after a command name, best first. */
  complete(commandName: string, typed: string): readonly string[];
}

export interface PressNote {
  readonly markdown: string;
  /** What was decided stands on the card as well; a refusal stands nowhere else. */
  readonly isRefusal: boolean;
}

/** One platform. Core talks to all of them through this and never asks which one it is. */
export interface ChatAdapter {
  readonly platform: string;
  readonly account: string;
  readonly capabilities: ChatCapabilities;
  readonly limits: ChatLimits;
  /** Begins to deliver events; resolves when the platform has accepted the account. */
  start(handlers: ChatHandlers): Promise<void>;
  /** No event after it resolves. Safe to call twice. */
  stop(): Promise<void>;
  /** Pure: the message as one or more parts within the platform's limits. */
  render(message: OutboundMessage): readonly RenderedPart[];
  /**
   * Sends one part. Throws DeliveryFault. A platform recognises a repeated send by `partId`, which is stable over
   * retries, or looks for what the `earlier` attempt left.
   */
  send(address: ChatAddress, part: RenderedPart, partId: string, earlier?: EarlierAttempt): Promise<SentRef>;
  /** Makes a message say something else; gives what stands there now, which may be another message. */
  edit(address: ChatAddress, ref: SentRef, part: RenderedPart): Promise<SentRef>;
  /** A short note to the person who pressed a button alone. Throws when it is too late for one. */
  answerPress?(pressNativeId: string, note: PressNote): Promise<void>;
  /** Somebody became or ceased to be the owner here: what each is offered is set anew. */
  refreshMenus?(): void;
  showTyping(address: ChatAddress): Promise<void>;
  /** The private chat with a person, where the platform allows one. */
  openDirect(nativeUserId: string): Promise<ChatAddress | 'unreachable'>;
  /** Begins a conversation of its own inside a chat. Throws where that is not possible. Absent: nowhere is it. */
  openThread?(address: ChatAddress, title: string): Promise<ChatAddress>;
  /** The bytes of an attachment. Throws with a sentence fit for the chat when they cannot be had. */
  fetchFile(ref: AttachmentRef, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Draws an answer while it grows. `existing` is the message that an interrupted run left for this answer, `earlier`
   * what it may have left without telling; `onRef` reports a message that the final first part must replace by an edit.
   */
  openLive?(
    address: ChatAddress,
    options: {
      readonly existing?: SentRef;
      readonly earlier?: EarlierAttempt;
      /** Stable over restarts, for platforms that recognise a repeated send. */
      readonly partId: string;
      /** Native id of the message that is answered. */
      readonly replyTo?: string;
      onRef(ref: SentRef): void;
    },
  ): LiveMessage;
}
