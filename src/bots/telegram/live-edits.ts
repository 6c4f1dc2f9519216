import { createGrowingMessage } from '../../core/chat/growing-message.ts';
import type { EarlierAttempt, LiveMessage, SentRef } from '../../core/contracts/chat.ts';
import type { EditBudget } from './edit-budget.ts';
import { deliveryFault, isNotModified, problemOf } from './faults.ts';
import type { LiveSurroundings } from './live.ts';
import { isMessageOf, messageNumber, nativeMessageId } from './message-id.ts';
import type { PlainText } from './part.ts';
import { previewOf } from './preview.ts';
import { placeOf } from './place.ts';
import { createSearch } from './search-sent.ts';
import { showTyping } from './typing.ts';

const frameMs = 4_000;
/** "typing" goes after 5 s (Bot API, sendChatAction). */
const typingMs = 4_500;

export interface EditsOptions extends LiveSurroundings {
  readonly budget: EditBudget;
  readonly existing?: SentRef;
  readonly earlier?: EarlierAttempt;
  readonly replyTo?: string;
  onRef(ref: SentRef): void;
}

/** An answer that grows in a message of its own by edits, where there are no drafts. */
export function openEdits(options: EditsOptions): LiveMessage {
  const { api, clock, log, address, budget } = options;
  const { chatId } = address;
  const existing =
    options.existing && isMessageOf(chatId, options.existing.nativeId) ? options.existing : undefined;

  const edit = (id: number, { text, entities }: PlainText): Promise<unknown> =>
    api.editMessageText(chatId, id, text, { entities: [...entities], ...noPreview });

  const begin = async (preview: PlainText): Promise<number> => {
    const found = await createSearch(chatId, options.earlier).next((id) => edit(id, preview));
    if (found !== undefined) return found;
    const sent = await api.sendMessage(chatId, preview.text, {
      entities: [...preview.entities],
      ...noPreview,
      ...placeOf(address, options.replyTo),
    });
    return sent.message_id;
  };

  return createGrowingMessage({
    clock,
    frameMs,
    typingMs,
    ...(existing && { existing }),
    onRef: options.onRef,
    showTyping: () => showTyping(api, address),
    async draw(markdown, ref) {
      const preview = previewOf(markdown);
      if (preview.text === '' || !budget.take(chatId)) return undefined;
      if (!ref) return { nativeId: nativeMessageId(chatId, await begin(preview)) };
      await edit(messageNumber(ref.nativeId), preview);
      return ref;
    },
    onFault(error, hasMessage) {
      const problem = problemOf(error);
      log.debug({ code: problem.code, reason: problem.description }, 'preview not shown');
      if (isNotModified(problem) || problem.retryAfterMs !== undefined) return 'go-on';
      // A preview that may stand there without a ref would be shown twice.
      return hasMessage && !deliveryFault(error, 'not shown').permanent ? 'go-on' : 'stop';
    },
  });
}

const noPreview = { link_preview_options: { is_disabled: true } };
