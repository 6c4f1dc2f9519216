import type { Button } from '../../core/contracts/chat.ts';
import type { Style } from './style.ts';

/** The buttons of the newest card, to be picked by number. */
export interface Choices {
  open(refId: string, buttons: readonly Button[]): void;
  /** The card got a new state: its old buttons are gone. */
  retire(refId: string): void;
  /** The token behind a text that is exactly a number on offer. */
  tokenFor(text: string): string | undefined;
}

export function createChoices(): Choices {
  let current: { refId: string; buttons: readonly Button[] } | undefined;
  return {
    open(refId, buttons) {
      current = { refId, buttons };
    },
    retire(refId) {
      if (current?.refId === refId) current = undefined;
    },
    tokenFor(text) {
      return /^[1-9]\d?$/.test(text) ? current?.buttons[Number(text) - 1]?.token : undefined;
    },
  };
}

const formats = { success: ['bold', 'green'], danger: ['bold', 'red'], plain: ['bold'] } as const;

/** `1 Yes  2 No` */
export function choiceLine(buttons: readonly Button[], style: Style): string {
  return buttons
    .map(
      (button, index) =>
        `${style.paint([...formats[button.style ?? 'plain']], `${index + 1}`)} ${button.label}`,
    )
    .join('  ');
}
