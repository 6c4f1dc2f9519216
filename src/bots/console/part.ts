import { visibleText } from '../../core/chat/visible-text.ts';
import type { Button, OutboundMessage, RenderedPart } from '../../core/contracts/chat.ts';

/** A message for a terminal: drawn when it is sent, since its form depends on the width of the window then. */
export interface ConsolePart {
  readonly markdown: string;
  readonly buttons: readonly Button[];
}

export function renderPart(message: OutboundMessage): RenderedPart {
  const buttons = (message.buttons ?? [])
    .flat()
    .map((button) => ({ ...button, label: visibleText(button.label) }));
  const pictures = (message.pictures ?? []).map(({ alternative }) => alternative);
  return { markdown: visibleText([message.markdown, ...pictures].join('\n\n')), buttons };
}

/** Reads back what `renderPart` made and the outbox kept. */
export function readPart(part: RenderedPart): ConsolePart {
  return part as unknown as ConsolePart;
}
