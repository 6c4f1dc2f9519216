/** A part did not reach the chat. `permanent`: it never will (blocked, chat gone, refused). */
export class DeliveryFault extends Error {
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { permanent: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'DeliveryFault';
    this.permanent = options.permanent;
    this.retryAfterMs = options.retryAfterMs;
  }
}
