import type { NotificationKind } from '../contracts/notifier.ts';

export interface KindFacts {
  readonly kind: NotificationKind;
  readonly about: string;
  /** Whether a chat gets it unless told otherwise. */
  readonly isOn: boolean;
}

export const notificationKinds: readonly KindFacts[] = [
  { kind: 'start', about: 'Steward has started', isOn: true },
  { kind: 'models', about: 'a model is down, or back', isOn: true },
  { kind: 'money', about: 'most or all of the budget is used', isOn: true },
  { kind: 'access', about: 'someone added me to a chat', isOn: true },
  { kind: 'digest', about: 'the day in five lines', isOn: false },
];

/** Whether a chat that chose so is told of a kind. */
export const isKindOn = (chosen: Readonly<Record<string, boolean>>, kind: NotificationKind): boolean =>
  chosen[kind] ?? notificationKinds.find((one) => one.kind === kind)?.isOn ?? false;
