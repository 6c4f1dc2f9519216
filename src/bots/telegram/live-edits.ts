import type { EarlierAttempt, LiveMessage, SentRef } from '../../core/contracts/chat.ts';
import type { EditBudget } from './edit-budget.ts';
import { deliveryFault, isNotModified, problemOf } from './faults.ts';
import type { LiveSurroundings } from './live.ts';
import { isMessageOf, messageNumber, nativeMessageId } from './message-id.ts';
import type { PlainText } from './part.ts';
import { previewOf } from './preview.ts';
import { createSearch } from './search-sent.ts';
import { keepTyping } from './typing.ts';

const frameMs = 4_000;

export interface EditsOptions extends LiveSurroundings {
  readonly budget: EditBudget;
  readonly existing?: SentRef;
  readonly earlier?: EarlierAttempt;
  onRef(ref: SentRef): void;
}

/**
 * An answer that grows in a message of its own by edits, where there are no drafts. "typing" stands there until it has
 * text; an answer that is done before the first frame is sent whole and never edited.
 */
export function openEdits(options: EditsOptions): LiveMessage {
  const { api, clock, log, address, budget } = options;
  const { chatId } = address;
  const ending = new AbortController();
  const silence = new AbortController();
  const existing = options.existing && isMessageOf(chatId, options.existing.nativeId);
  let messageId = existing ? messageNumber(options.existing.nativeId) : undefined;
  let isBroken = false;
  let markdown = '';
  let drawn = '';

  const edit = async (id: number, text: PlainText): Promise<void> => {
    await api.editMessageText(chatId, id, text.text, { entities: [...text.entities], ...noPreview });
  };

  const begin = async (text: PlainText): Promise<number> => {
    const found = await createSearch(chatId, options.earlier).next((id) => edit(id, text));
    if (found !== undefined) return found;
    const sent = await api.sendMessage(chatId, text.text, {
      entities: [...text.entities],
      ...noPreview,
      ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
    });
    return sent.message_id;
  };

  const draw = async (): Promise<void> => {
    const now = markdown;
    if (isBroken || now === drawn) return;
    const text = previewOf(now);
    if (text.text === '' || !budget.take(chatId)) return;
    try {
      if (messageId === undefined) {
        messageId = await begin(text);
        options.onRef({ nativeId: nativeMessageId(chatId, messageId) });
      } else await edit(messageId, text);
      drawn = now;
      silence.abort();
    } catch (error) {
      giveWay(error);
    }
  };

  /** The final parts come all the same; a preview that fails must not cost them their place. */
  const giveWay = (error: unknown): void => {
    const problem = problemOf(error);
    if (isNotModified(problem)) return;
    log.debug({ code: problem.code, reason: problem.description }, 'preview not shown');
    if (problem.retryAfterMs !== undefined) return;
    // A preview that may stand there without a ref would be shown twice.
    isBroken = messageId === undefined || deliveryFault(error, 'not shown').permanent;
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.sleep(frameMs, ending.signal).catch(() => undefined);
      if (!ending.signal.aborted) await draw();
    }
  };
  const typing = keepTyping(options, AbortSignal.any([ending.signal, silence.signal]));
  const running = run();

  return {
    update(text) {
      markdown = text;
    },
    note: () => undefined,
    async settle() {
      ending.abort();
      await Promise.all([running, typing]);
    },
  };
}

const noPreview = { link_preview_options: { is_disabled: true } };
