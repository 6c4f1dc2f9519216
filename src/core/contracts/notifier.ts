/** What people can be told unasked; each chat chooses. */
export type NotificationKind = 'start' | 'models' | 'money' | 'access' | 'digest';

export interface Notification {
  readonly kind: NotificationKind;
  /** Text of Steward's own; names and other foreign text in it already inert. */
  readonly markdown: string;
}

/** Tells the chats that want it, now or after their quiet hours. */
export interface Notifier {
  /** Stores it in the caller's transaction, or one of its own; flush the outbox after it. */
  notify(notification: Notification): void;
}
