import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Update } from 'grammy/types';
import type { JsonObject } from '../../src/core/contracts/json.ts';

export interface FakeMessage {
  readonly id: number;
  text: string;
  readonly byBot: boolean;
  readonly threadId: number | undefined;
  /** Labels and tokens as they stand under it now. */
  buttons: readonly { readonly text: string; readonly callback_data: string }[];
  content: string;
  readonly isRich: boolean;
  /** The caption is its text. */
  readonly photo?: Upload | undefined;
}

interface Upload {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface FakeCall {
  readonly method: string;
  readonly args: JsonObject;
}

type Trouble =
  | 'drop'
  | 'drop-after'
  | { readonly status: number; readonly retryAfter?: number; readonly html?: boolean };

/** The Bot API on a free port of this machine as far as Steward uses it, with Telegram's limits and error texts. */
export interface FakeTelegram {
  readonly url: string;
  readonly token: string;
  readonly calls: readonly FakeCall[];
  callsOf(method: string): readonly JsonObject[];
  /** How many calls of a method came, without looking through all of them. */
  countOf(method: string): number;
  /** Somebody does something; gives the number that the message got, if it is one. */
  says(chatId: number, text: string, extra?: object): number;
  update(update: Omit<Update, 'update_id'>): void;
  presses(chatId: number, label: string): string;
  /** What stands in a chat, oldest first. */
  messages(chatId: number): readonly FakeMessage[];
  /** The draft that is shown now. */
  draft(chatId: number): string | undefined;
  remove(chatId: number, messageId: number): void;
  /** The next calls of a method go wrong: before they took effect, unless `drop-after`. */
  trouble(method: string, trouble: Trouble, times?: number): void;
  /** Methods that this server is too old for. */
  readonly unknown: Set<string>;
  /** Chats that moved to another id. */
  readonly moved: Map<number, number>;
  readonly blockedBy: Set<number>;
  /** Groups in which the bot may send no photos. */
  readonly photoless: Set<number>;
  readonly files: Map<string, string>;
  stop(): Promise<void>;
}

class ApiError extends Error {
  readonly status: number;
  readonly parameters: object | undefined;
  constructor(status: number, message: string, parameters?: object) {
    super(message);
    this.status = status;
    this.parameters = parameters;
  }
}
const bad = (text: string, parameters?: object) => new ApiError(400, `Bad Request: ${text}`, parameters);

const supergroup = -1_000_000_000_000;
export const fakeBotId = 4_711;

export async function startFakeTelegram(): Promise<FakeTelegram> {
  const token = `${fakeBotId}:${'a'.repeat(35)}`;
  const calls: FakeCall[] = [];
  const counts = new Map<string, number>();
  const chats = new Map<number, FakeMessage[]>();
  const drafts = new Map<number, string>();
  const counters = new Map<number, number>();
  const troubles: { method: string; trouble: Trouble }[] = [];
  const unknown = new Set<string>();
  const moved = new Map<number, number>();
  const blockedBy = new Set<number>();
  const photoless = new Set<number>();
  const files = new Map<string, string>();
  const queries = new Set<string>();
  let updates: Update[] = [];
  let updateCount = 0;
  let wake = Promise.withResolvers<void>();

  const nextId = (chatId: number): number => {
    const counter = chatId < supergroup ? chatId : 0;
    const id = (counters.get(counter) ?? 100) + 1;
    counters.set(counter, id);
    return id;
  };
  const messagesIn = (chatId: number): FakeMessage[] => {
    const known = chats.get(chatId);
    if (known) return known;
    const begun: FakeMessage[] = [];
    chats.set(chatId, begun);
    return begun;
  };
  const push = (update: Omit<Update, 'update_id'>): void => {
    updates.push({ ...update, update_id: ++updateCount });
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  const buttonsOf = (args: JsonObject): FakeMessage['buttons'] => {
    const markup = args.reply_markup as { inline_keyboard?: FakeMessage['buttons'][] } | undefined;
    const buttons = (markup?.inline_keyboard ?? []).flat();
    for (const { callback_data: data } of buttons)
      if (Buffer.byteLength(data) > 64 || data === '') throw bad('BUTTON_DATA_INVALID');
    return buttons;
  };
  const contentOf = (args: JsonObject): { text: string; content: string } => {
    const rich = args.rich_message;
    if (rich) return { text: wordsOf(rich).join(' '), content: JSON.stringify(rich) };
    const text = word(args.text).trim();
    if (text === '') throw bad('message text is empty');
    if (text.length > 4_096) throw bad('message is too long');
    return { text, content: JSON.stringify([text, args.entities ?? []]) };
  };
  const captionOf = (args: JsonObject): string => {
    const caption = word(args.caption).trim();
    if (caption.length > 1_024) throw bad('message caption is too long');
    return caption;
  };
  const photoContent = (caption: string) => ({ text: caption, content: `photo:${caption}` });
  const chatOf = (args: JsonObject): number => {
    const chatId = Number(args.chat_id);
    const movedTo = moved.get(chatId);
    if (movedTo !== undefined)
      throw bad('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: movedTo });
    if (blockedBy.has(chatId)) throw new ApiError(403, 'Forbidden: bot was blocked by the user');
    if (!chats.has(chatId)) throw bad('chat not found');
    return chatId;
  };
  const send = (
    args: JsonObject,
    facts: { text: string; content: string; isRich?: boolean; photo?: Upload },
  ) => {
    const chatId = chatOf(args);
    const message: FakeMessage = {
      id: nextId(chatId),
      byBot: true,
      threadId: args.message_thread_id === undefined ? undefined : Number(args.message_thread_id),
      buttons: buttonsOf(args),
      isRich: facts.isRich ?? false,
      text: facts.text,
      content: facts.content,
      photo: facts.photo,
    };
    messagesIn(chatId).push(message);
    drafts.delete(chatId);
    return { message_id: message.id, date: 1, chat: { id: chatId, type: 'private' } };
  };
  const edit = (args: JsonObject, name: 'text' | 'caption') => {
    const message = messagesIn(chatOf(args)).find((one) => one.id === Number(args.message_id));
    if (!message) throw bad('message to edit not found');
    if (!message.byBot) throw bad("message can't be edited");
    const isFile = message.content.startsWith('file:');
    if (name === 'caption' && !isFile && !message.photo)
      throw bad('there is no caption in the message to edit');
    if (name === 'text' && (isFile || message.photo)) throw bad('there is no text in the message to edit');
    const unchanged = { text: message.text, content: message.content };
    const next =
      name === 'text' ? contentOf(args) : message.photo ? photoContent(captionOf(args)) : unchanged;
    const buttons = buttonsOf(args);
    if (next.content === message.content && JSON.stringify(buttons) === JSON.stringify(message.buttons))
      throw bad(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    Object.assign(message, next, { buttons });
    return { message_id: message.id };
  };

  const methods: Record<string, (args: JsonObject, uploads: ReadonlyMap<string, Upload>) => unknown> = {
    getMe: () => ({ id: fakeBotId, is_bot: true, first_name: 'Steward', username: 'steward_bot' }),
    getMyCommands: () => [],
    setMyCommands: () => true,
    deleteWebhook: () => true,
    sendChatAction: (args) => chatOf(args) !== 0,
    sendMessage: (args) => send(args, contentOf(args)),
    sendRichMessage: (args) => send(args, { ...contentOf(args), isRich: true }),
    sendDocument: (args) => send(args, { text: word(args.document), content: `file:${word(args.document)}` }),
    sendPhoto(args, uploads) {
      const photo = uploads.get(word(args.photo).replace('attach://', '') || 'photo');
      if (!photo) throw bad('there is no photo in the request');
      checkPhoto(photo.bytes);
      const chatId = chatOf(args);
      if (photoless.has(chatId)) throw bad('not enough rights to send photos to the chat');
      return send(args, { ...photoContent(captionOf(args)), photo });
    },
    sendMessageDraft(args) {
      const text = word(args.text);
      if (text.length > 4_096) throw bad('message is too long');
      if (Number(args.chat_id) < 0) throw bad('drafts can be sent to private chats only');
      if (!Number(args.draft_id)) throw bad('draft_id must be non-zero');
      drafts.set(chatOf(args), text);
      return true;
    },
    editMessageText: (args) => edit(args, 'text'),
    editMessageCaption: (args) => edit(args, 'caption'),
    answerCallbackQuery(args) {
      if (!queries.delete(word(args.callback_query_id)))
        throw bad('query is too old and response timeout expired or query ID is invalid');
      return true;
    },
    getFile: (args) => ({ file_id: args.file_id, file_path: `documents/${word(args.file_id)}` }),
    async getUpdates(args) {
      updates = updates.filter((update) => update.update_id >= Number(args.offset ?? 0));
      if (updates.length === 0 && Number(args.timeout ?? 0) > 0) await wake.promise;
      return updates.slice(0, 100);
    },
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const [, botPart = '', method = '', ...rest] = (request.url ?? '').split('/');
    if (botPart === 'file') {
      response.end(files.get(rest.at(-1) ?? ''));
      return;
    }
    const json = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (botPart !== `bot${token}`)
      return json(401, { ok: false, error_code: 401, description: 'Unauthorized' });
    const call = methods[method];
    if (!call || unknown.has(method))
      return json(404, { ok: false, error_code: 404, description: 'Not Found: method not found' });
    const { args, uploads } = await argumentsIn(request, body);
    calls.push({ method, args });
    counts.set(method, (counts.get(method) ?? 0) + 1);
    const at = troubles.findIndex((one) => one.method === method);
    const trouble = at === -1 ? undefined : troubles.splice(at, 1)[0]?.trouble;
    if (trouble === 'drop') return void response.destroy();
    if (typeof trouble === 'object') {
      if (trouble.html) return void response.writeHead(trouble.status).end('<html>Bad Gateway</html>');
      const retry = trouble.retryAfter !== undefined && { parameters: { retry_after: trouble.retryAfter } };
      const description =
        trouble.status === 429
          ? `Too Many Requests: retry after ${trouble.retryAfter}`
          : 'Internal Server Error';
      return json(trouble.status, { ok: false, error_code: trouble.status, description, ...retry });
    }
    try {
      const result = await call(args, uploads);
      if (trouble === 'drop-after') response.destroy();
      else json(200, { ok: true, result });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, message, parameters } = error;
      json(status, {
        ok: false,
        error_code: status,
        description: message,
        ...(parameters && { parameters }),
      });
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');

  const chatFacts = (chatId: number) =>
    chatId > 0
      ? { id: chatId, type: 'private', first_name: `P${chatId}` }
      : { id: chatId, type: chatId < supergroup ? 'supergroup' : 'group', title: 'Home' };

  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    calls,
    countOf: (method) => counts.get(method) ?? 0,
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.args),
    unknown,
    moved,
    blockedBy,
    photoless,
    files,
    update: push,
    says(chatId, text, extra = {}) {
      const id = nextId(chatId);
      messagesIn(chatId).push({
        id,
        text,
        byBot: false,
        threadId: undefined,
        buttons: [],
        content: text,
        isRich: false,
      });
      const message = {
        message_id: id,
        date: 1,
        chat: chatFacts(chatId),
        from: { id: Math.abs(chatId), is_bot: false, first_name: `P${chatId}` },
        ...(text !== '' && { text }),
        ...extra,
      };
      push({ message } as unknown as Omit<Update, 'update_id'>);
      return id;
    },
    presses(chatId, label) {
      const message = messagesIn(chatId).findLast((one) =>
        one.buttons.some((button) => button.text === label),
      );
      const data = message?.buttons.find((button) => button.text === label)?.callback_data ?? 'forged';
      const id = `query-${updateCount}`;
      queries.add(id);
      push({
        callback_query: {
          id,
          from: { id: Math.abs(chatId), is_bot: false, first_name: 'P' },
          message: { message_id: message?.id ?? 1, date: 1, chat: chatFacts(chatId) },
          chat_instance: '1',
          data,
        },
      } as unknown as Omit<Update, 'update_id'>);
      return id;
    },
    messages: (chatId) => messagesIn(chatId),
    draft: (chatId) => drafts.get(chatId),
    remove(chatId, messageId) {
      chats.set(
        chatId,
        messagesIn(chatId).filter((message) => message.id !== messageId),
      );
    },
    trouble(method, trouble, times = 1) {
      for (let n = 0; n < times; n++) troubles.push({ method, trouble });
    },
    async stop() {
      wake.resolve();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Bot API, sendPhoto: up to 10 MB, width and height together up to 10,000, their ratio up to 20. */
function checkPhoto(bytes: Buffer): void {
  const most = 10 * 1024 * 1024;
  if (bytes.length > most)
    throw bad(`file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${most} bytes`);
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) throw bad('IMAGE_PROCESS_FAILED');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height))
    throw bad('PHOTO_INVALID_DIMENSIONS');
}

async function argumentsIn(
  request: IncomingMessage,
  body: Buffer,
): Promise<{ args: JsonObject; uploads: ReadonlyMap<string, Upload> }> {
  const type = request.headers['content-type'] ?? '';
  const uploads = new Map<string, Upload>();
  if (!type.startsWith('multipart/'))
    return { args: body.length === 0 ? {} : (JSON.parse(body.toString()) as JsonObject), uploads };
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const args: JsonObject = {};
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') args[name] = parsed(value);
    else uploads.set(name, { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
  }
  // A document is a text here; it names the field that holds its bytes.
  const document = uploads.get(word(args.document).replace('attach://', '') || 'document');
  if (document) args.document = document.bytes.toString();
  return { args, uploads };
}

function parsed(value: string): JsonObject[string] {
  try {
    return JSON.parse(value) as JsonObject[string];
  } catch {
    return value;
  }
}

/** A field that is a text or a number. */
const word = (value: JsonObject[string] | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

/** The words of a rich message, in their order. */
function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (typeof value !== 'object' || !value) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'type' || key === 'url' ? [] : wordsOf(inner),
  );
}
