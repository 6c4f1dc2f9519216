import type { ChatAdapter, ChatHandlers } from '../../core/contracts/chat.ts';
import { startPatiently } from '../../core/chat/start-patiently.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { createTelegramApi } from './api.ts';
import { createEditBudget } from './edit-budget.ts';
import { fetchTelegramFile, largestFileBytes } from './fetch-file.ts';
import { problemOf } from './faults.ts';
import { inboundEvents } from './inbound.ts';
import { openEdits } from './live-edits.ts';
import { openDraft } from './live.ts';
import { syncMenus } from './menu.ts';
import { isPrivateChat } from './message-id.ts';
import { createTelegramOutbound } from './outbound.ts';
import { storedPart } from './part.ts';
import type { Self } from './people.ts';
import { pollUpdates } from './polling.ts';
import { createPressAnswers } from './press-answers.ts';
import { renderMessage } from './render.ts';
import { showTyping } from './typing.ts';
import { createTroubleReport, type TelegramTrouble, troubleOf } from './trouble.ts';

export interface TelegramOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** What keeps messages from coming, and undefined when that is over. */
  onTrouble(trouble: TelegramTrouble | undefined): void;
}

const textLength = 4_096;
const reconnectMs = 5_000;
const firstAnswerMs = 1_500;

/** Telegram by long polling. A server that cannot be reached is tried again; a refused token is said and waits. */
export function createTelegramAdapter(options: TelegramOptions): ChatAdapter {
  const { token, apiRoot, clock, log } = options;
  const account = token.slice(0, token.indexOf(':'));
  const stopping = new AbortController();
  const api = createTelegramApi({ token, apiRoot, clock });
  const outbound = createTelegramOutbound(api);
  const trouble = createTroubleReport(clock, options.onTrouble);
  const budget = createEditBudget(clock);
  let knowsDrafts = true;
  const presses = createPressAnswers({ api, clock, log, signal: stopping.signal });
  let menuHandlers: ChatHandlers | undefined;
  let drafts = 0;
  let polling: Promise<void> = Promise.resolve();

  const receive = (self: Self, handlers: ChatHandlers): Promise<void> => {
    const commandNames = new Set(handlers.commands.map((command) => command.name));
    return pollUpdates({
      api,
      clock,
      log,
      trouble,
      signal: stopping.signal,
      store(updates) {
        presses.expect(
          updates.flatMap((update) => (update.callback_query ? [update.callback_query.id] : [])),
        );
        const events = inboundEvents(updates, { self, commandNames, now: clock.now() });
        presses.dismiss(handlers.onEvents(events).refused);
      },
    });
  };

  const updateMenu = (handlers: ChatHandlers): void => {
    menuHandlers = handlers;
    syncMenus(api, handlers.commands, handlers.owners('telegram')).catch((error: unknown) =>
      log.warn({ reason: problemOf(error).description }, 'menu not set'),
    );
  };

  /** Who this bot is; undefined for a token that Telegram refuses. Throws what may pass. */
  const introduce = async (): Promise<Self | undefined> => {
    try {
      const me = await api.getMe();
      return { id: me.id, username: me.username };
    } catch (error) {
      const problem = problemOf(error);
      if (troubleOf(problem).code !== 'token-refused') throw error;
      options.onTrouble(troubleOf(problem));
      return undefined;
    }
  };

  const connect = async (handlers: ChatHandlers): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const self = await introduce();
        if (!self) return;
        polling = receive(self, handlers);
        updateMenu(handlers);
        return;
      } catch (error) {
        trouble.report(problemOf(error));
        log.warn({ reason: problemOf(error).description }, 'Telegram not reached');
        await clock.sleep(reconnectMs, stopping.signal).catch(() => undefined);
      }
    }
  };

  return {
    platform: 'telegram',
    account,
    capabilities: {
      streaming: 'live',
      edits: true,
      buttons: true,
      buttonsOutliveRestart: true,
      typing: true,
      answerButtons: true,
      pictures: true,
    },
    limits: { textLength, fetchBytes: largestFileBytes },
    async start(handlers) {
      await startPatiently(clock, firstAnswerMs, stopping.signal, connect(handlers));
    },
    async stop() {
      stopping.abort();
      await polling;
    },
    render: (message) => renderMessage(message).map(storedPart),
    send: (address, part, _partId, earlier) => outbound.send(address, part, earlier),
    edit: outbound.edit,
    showTyping: (address) => showTyping(api, address),
    openDirect: (nativeUserId) =>
      Promise.resolve({ platform: 'telegram', account, chatId: nativeUserId, threadKey: '' }),
    fetchFile: (ref, signal) => fetchTelegramFile({ api, token, apiRoot }, ref, signal),
    answerPress: presses.answer,
    refreshMenus() {
      if (menuHandlers) updateMenu(menuHandlers);
    },
    openLive(address, live) {
      const surroundings = { api, clock, log, address };
      const edits = () => openEdits({ ...surroundings, ...live, budget });
      if (!knowsDrafts || !isPrivateChat(address.chatId)) return edits();
      drafts += 1;
      return openDraft({
        ...surroundings,
        draftId: drafts,
        onUnknown() {
          knowsDrafts = false;
          return edits();
        },
      });
    },
  };
}
