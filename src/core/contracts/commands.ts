import type { z } from 'zod';
import type { ChatAddress, OutboundMessage } from './chat.ts';

/** Who asks, where. */
export interface CommandContext {
  readonly address: ChatAddress;
  readonly threadId: string;
  readonly chatKind: 'private' | 'group' | 'channel';
  readonly personId: string;
  readonly personRole: 'owner' | 'member' | 'guest' | 'nobody';
  readonly traceId: string;
  /** The turn whose answer it was typed under, where it was. */
  readonly repliedTaskId?: string | undefined;
}

export interface CommandReply {
  readonly message: OutboundMessage;
  /** What the command changes, run in the transaction that stores the reply: both or neither. */
  readonly apply?: () => void;
  /** Started after that commit. */
  readonly afterwards?: () => void;
}

/**
 * One command, the same on every platform. `options` is a zod object; its keys in order are what can be typed after the
 * name, the last text option takes the rest of the line.
 */
export interface Command<Options extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly options: Options;
  readonly access: 'owner' | 'member';
  /** The reply is for the one who asked alone, where the platform can do that. */
  readonly isPersonal?: boolean;
  /** May run as `npm start -- NAME` beside a live copy: it only reads. */
  readonly isReadOnly: boolean;
  run(context: CommandContext, options: z.infer<Options>): Promise<CommandReply> | CommandReply;
}
