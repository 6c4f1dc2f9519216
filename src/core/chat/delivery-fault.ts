export interface DeliveryFaultOptions {
  /** It never will reach the chat: blocked, chat gone, refused. */
  readonly permanent: boolean;
  readonly retryAfterMs?: number;
  /** All or some of it may stand in the chat although no answer came. */
  readonly mayHaveArrived?: boolean;
  /** The chat lives on under this id. */
  readonly movedTo?: string;
  readonly cause?: unknown;
}

/** A part did not reach the chat, as far as is known. */
export class DeliveryFault extends Error {
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveArrived: boolean;
  readonly movedTo: string | undefined;

  constructor(message: string, options: DeliveryFaultOptions) {
    super(message, { cause: options.cause });
    this.name = 'DeliveryFault';
    this.permanent = options.permanent;
    this.retryAfterMs = options.retryAfterMs;
    this.mayHaveArrived = options.mayHaveArrived ?? false;
    this.movedTo = options.movedTo;
  }
}
