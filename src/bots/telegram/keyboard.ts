import type { Button } from '../../core/contracts/chat.ts';
import { visibleText } from '../../core/chat/visible-text.ts';
import type { TelegramPart } from './part.ts';

const maximumTokenBytes = 64;
const maximumRow = 8;
const maximumLabel = 64;

/** Buttons under a message; rows too long for a phone go on in the next one. */
export function keyboardOf(buttons: readonly (readonly Button[])[]): NonNullable<TelegramPart['keyboard']> {
  return buttons
    .flatMap((row) =>
      Array.from({ length: Math.ceil(row.length / maximumRow) }, (_, line) =>
        row.slice(line * maximumRow, (line + 1) * maximumRow),
      ),
    )
    .map((row) => row.map(inlineButton));
}

function inlineButton({ label, token, style }: Button) {
  if (Buffer.byteLength(token) > maximumTokenBytes)
    throw new Error(`a button token has at most ${maximumTokenBytes} bytes`);
  const text = visibleText(label).replace(/\s+/g, ' ').trim().slice(0, maximumLabel).toWellFormed();
  return { text: text || '·', callback_data: token, ...(style && { style }) };
}
