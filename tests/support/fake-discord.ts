import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from '../../src/core/contracts/json.ts';

interface FakeFile {
  readonly name: string;
  readonly text: string;
  readonly bytes?: Buffer;
  /** The alternative text of a picture. */
  readonly description?: string | undefined;
}

export interface FakeDiscordMessage {
  readonly id: string;
  content: string;
  readonly authorId: string;
  embeds: readonly { description?: string }[];
  components: readonly JsonObject[];
  readonly nonce: string | undefined;
  readonly files: readonly FakeFile[];
  /** 64 is ephemeral, 128 is "is thinking…". */
  readonly flags: number;
}

interface FakeDiscordCall {
  readonly method: string;
  /** Without /api/v10 and the query. */
  readonly path: string;
  /** The JSON or payload_json; a list of commands stands under `commands`. */
  readonly body: JsonObject;
}

type Trouble =
  | 'drop'
  | 'drop-after'
  | {
      readonly status: number;
      readonly code?: number;
      readonly message?: string;
      readonly retryAfter?: number;
    };

/** Discord (REST and Gateway v10) on a free port of this machine: one guild, its limits and error bodies. */
export interface FakeDiscord {
  /** For `rest: { api }` of discord.js, which adds the version. */
  readonly api: string;
  /** Serves the files of messages under /attachments. */
  readonly origin: string;
  readonly token: string;
  /** Also the id of the application. */
  readonly botId: string;
  readonly guildId: string;
  /** A text channel of the guild. */
  readonly channelId: string;
  /** The role that Discord made for the bot. */
  readonly roleId: string;
  readonly calls: readonly FakeDiscordCall[];
  callsOf(method: string, path: RegExp): readonly JsonObject[];
  /** A member of the guild who has a conversation with the bot. The same name is the same person. */
  user(name: string): { readonly id: string; readonly dmId: string };
  /** Gives the id of the message. `extra` joins the payload; its `files` ({ name, text }) are attached. */
  says(userId: string, channelId: string, content: string, extra?: object): string;
  edits(messageId: string, content: string): void;
  deletes(messageId: string): void;
  reacts(userId: string, messageId: string, emoji: string, added?: boolean): void;
  /** Values by the name of the option; an object is a subcommand. Gives the id of the interaction. */
  slash(userId: string, channelId: string, name: string, options?: JsonObject): string;
  /** Gives the names of the choices that the bot offers. */
  autocomplete(
    userId: string,
    channelId: string,
    name: string,
    focused: { name: string; value: string },
  ): Promise<readonly string[]>;
  /** Presses the newest enabled button of that label, or forges a press where there is none. */
  clicks(userId: string, channelId: string, label: string): string;
  dispatch(t: string, d: object): void;
  /** What stands in a channel now, oldest first, "is thinking…" included. */
  messages(channelId: string): readonly FakeDiscordMessage[];
  ephemerals(): readonly { readonly interactionId: string; readonly content: string }[];
  /** The type of the callback by the id of the interaction. */
  readonly acks: ReadonlyMap<string, number>;
  /** Interactions whose "is thinking…" still stands. */
  thinking(): readonly string[];
  readonly commands: readonly JsonObject[];
  /** The next matching calls go wrong: before they took effect, unless `drop-after`. */
  trouble(method: string, path: RegExp, trouble: Trouble, times?: number): void;
  readonly flags: { messageContent: boolean; validToken: boolean };
  /** Closes the bot's websocket; 1006 cuts it without a word. */
  closeGateway(code: number): void;
  stop(): Promise<void>;
}

interface Stored extends FakeDiscordMessage {
  readonly channelId: string;
  readonly attachments: readonly JsonObject[];
  /** What the payload has besides, such as the message that it replies to. */
  readonly extra: JsonObject;
  readonly interactionId: string | undefined;
  readonly editedAt: string | null;
}
type Draft = Partial<Stored> & Pick<Stored, 'channelId' | 'authorId'>;

interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly user: JsonObject;
  readonly channelId: string;
  /** The message whose button was pressed. */
  readonly source?: Stored | undefined;
  readonly offer?: ((choices: readonly string[]) => void) | undefined;
  /** What `@original` is. */
  original?: Stored | undefined;
}

interface Session {
  readonly intents: number;
  /** All that was dispatched: the sequence number is its length. */
  readonly events: string[];
  socket: WebSocket | undefined;
}

interface Call extends FakeDiscordCall {
  readonly query: URLSearchParams;
  readonly files: readonly FakeFile[];
  status: number;
}
type Route = (call: Call, one: string, two: string, three: string) => object | undefined;

const refusals: Record<number, readonly [status: number, message: string]> = {
  10_002: [404, 'Unknown Application'],
  10_003: [404, 'Unknown Channel'],
  10_008: [404, 'Unknown Message'],
  10_015: [404, 'Unknown Webhook'],
  10_062: [404, 'Unknown interaction'],
  10_063: [404, 'Unknown application command'],
  30_015: [400, 'Maximum number of attachments in a message reached (10)'],
  30_032: [400, 'Maximum number of application commands reached (100).'],
  40_060: [400, 'Interaction has already been acknowledged.'],
  50_001: [403, 'Missing Access'],
  50_003: [403, 'Cannot execute action on a DM channel'],
  50_005: [403, 'Cannot edit a message authored by another user'],
  50_006: [400, 'Cannot send an empty message'],
  50_007: [403, 'Cannot send messages to this user'],
  50_013: [403, 'Missing Permissions'],
  50_024: [400, 'Cannot execute action on this channel type'],
  50_027: [401, 'Invalid Webhook Token'],
  50_033: [400, 'Invalid Recipient(s)'],
  50_035: [400, 'Invalid Form Body'],
  50_109: [400, 'The request body contains invalid JSON.'],
  40_005: [413, 'Request entity too large'],
  50_146: [400, 'Uploaded file not found.'],
  160_004: [400, 'A thread has already been created for this message'],
};

class ApiError extends Error {
  readonly status: number;
  readonly body: object;
  constructor(status: number, code: number, message: string, errors?: object) {
    super(message);
    this.status = status;
    this.body = { message, code, ...(errors && { errors }) };
  }
}
const plain = (status: number) => new ApiError(status, 0, `${status}: ${STATUS_CODES[status]}`);
const refusal = (code: number, errors?: object) =>
  new ApiError(refusals[code]?.[0] ?? 500, code, refusals[code]?.[1] ?? '', errors);
/** Names the field that is wrong, as in `components.0.components`. */
const invalid = (path: string, code: string, message: string): ApiError => {
  const leaf: object = { _errors: [{ code, message }] };
  const errors = path.split('.').reduceRight((inner, key) => ({ [key]: inner }), leaf);
  return refusal(50_035, errors);
};

const discordEpoch = 1_420_070_400_000n;
const flag = { suppressEmbeds: 4, hasThread: 32, ephemeral: 64, loading: 128, silent: 4_096 };
/** Of a server without boosts (developers docs, Uploading Files). */
const largestUpload = 10 * 1024 * 1024;
const messageContentIntent = 1 << 15;
/** Members and presences, which this application may not have. */
const refusedIntents = (1 << 1) | (1 << 8);
const fatalCloses = [4_003, 4_004, 4_007, 4_009, 4_010, 4_011, 4_012, 4_013, 4_014];
/** Reading, writing, embeds, files, reactions, commands and threads; not the messages of others. */
const permissions = `${(1n << 6n) | (3n << 10n) | (7n << 14n) | (1n << 31n) | (3n << 35n) | (1n << 38n)}`;
/** The callbacks that fit a command, a button, a completion. */
const callbackTypes: Record<number, readonly number[]> = { 2: [4, 5, 9], 3: [4, 5, 6, 9], 4: [8] };
const membership: JsonObject = { roles: [], nick: null, joined_at: '2024-01-01T00:00:00+00:00', flags: 0 };
const neverSet: JsonObject = { mention_everyone: false, tts: false, pinned: false };
const interactionFacts: JsonObject = {
  version: 1,
  locale: 'en-US',
  entitlements: [],
  app_permissions: permissions,
};

export async function startFakeDiscord(): Promise<FakeDiscord> {
  const server = createServer();
  const gateway = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  const origin = `http://${host}`;

  let lastId = 0n;
  const nextId = (): string => {
    const now = (BigInt(Date.now()) - discordEpoch) << 22n;
    lastId = now > lastId ? now : lastId + 1n;
    return `${lastId}`;
  };
  const [botId, guildId, channelId, roleId] = [nextId(), nextId(), nextId(), nextId()];
  const token = `${Buffer.from(botId).toString('base64url')}.Fake00.${'a'.repeat(38)}`;
  const bot: JsonObject = { id: botId, username: 'steward', discriminator: '0001', avatar: null, bot: true };
  const calls: FakeDiscordCall[] = [];
  const troubles: { method: string; path: RegExp; trouble: Trouble }[] = [];
  const users = new Map<string, JsonObject>([[botId, bot]]);
  const people = new Map<string, { readonly id: string; readonly dmId: string }>();
  const general = { id: channelId, type: 0, guild_id: guildId, name: 'general', last_message_id: null };
  const channels = new Map<string, JsonObject>([[channelId, general]]);
  const stored = new Map<string, Stored>();
  const attached = new Map<string, string>();
  const commands: JsonObject[] = [];
  const interactions = new Map<string, Interaction>();
  const acks = new Map<string, number>();
  const sessions = new Map<string, Session>();
  const flags = { messageContent: true, validToken: true };

  const channelOf = (id: string): JsonObject => found(channels.get(id), 10_003);
  const userOf = (id: string): JsonObject => found(users.get(id), 50_033);
  const placeOf = (id: string): JsonObject => {
    const { guild_id: guild } = channelOf(id);
    return { channel_id: id, ...(guild !== undefined && { guild_id: guild }) };
  };
  const isThere = (message: Stored | undefined): message is Stored => stored.has(message?.id ?? '');
  const isLoading = (message: Stored | undefined): message is Stored =>
    isThere(message) && (message.flags & flag.loading) !== 0;
  const messagesIn = (id: string): Stored[] => {
    const isShown = (one: Stored) => one.channelId === id && !(one.flags & flag.ephemeral);
    return [...stored.values()].filter(isShown);
  };
  const messageOf = (id: string, inChannel: string): Stored => {
    channelOf(inChannel);
    const message = messagesIn(inChannel).find((one) => one.id === id);
    return found(message, 10_008);
  };
  const messageJson = (message: Stored): JsonObject => {
    const reference = message.extra.message_reference as JsonObject | undefined;
    // Type 1 is a message that was passed on.
    const isReply = reference !== undefined && reference.type !== 1;
    const target = isReply ? stored.get(word(reference.message_id)) : undefined;
    const mentioned = new Set([...message.content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? ''));
    if (target) mentioned.add(target.authorId);
    return {
      id: message.id,
      channel_id: message.channelId,
      author: userOf(message.authorId),
      content: message.content,
      components: [...message.components],
      flags: message.flags,
      embeds: message.embeds.map((embed) => ({ type: 'rich', ...embed })),
      attachments: [...message.attachments],
      timestamp: new Date(Number((BigInt(message.id) >> 22n) + discordEpoch)).toISOString(),
      edited_timestamp: message.editedAt,
      mentions: [...mentioned].flatMap((id) => users.get(id) ?? []),
      mention_roles: message.content.includes(`<@&${roleId}>`) ? [roleId] : [],
      ...neverSet,
      type: isReply ? 19 : 0,
      ...(isReply && { referenced_message: target ? messageJson({ ...target, extra: {} }) : null }),
      ...message.extra,
    };
  };
  /** What a bot may read that lacks the intent for the content of messages. */
  const hidden = (message: JsonObject): JsonObject => {
    const involved = [message.author as JsonObject, ...objectsIn(message.mentions)];
    if (involved.some(({ id }) => id === botId)) return message;
    return { ...message, content: '', embeds: [], components: [], attachments: [] };
  };
  const readable = (message: Stored): JsonObject => {
    const isOpen = flags.messageContent || !channelOf(message.channelId).guild_id;
    return isOpen ? messageJson(message) : hidden(messageJson(message));
  };

  const deliver = (session: Session, t: string, d: object): void => {
    const event = JSON.stringify({ op: 0, t, d, s: session.events.length + 1 });
    session.events.push(event);
    session.socket?.send(event);
  };
  const emit = (t: string, d: object): void => {
    const inGuild = 'guild_id' in d;
    for (const session of sessions.values()) {
      const intent = intentFor(t, inGuild);
      if (intent !== 0 && !(session.intents & intent)) continue;
      const isBlind = inGuild && !(session.intents & messageContentIntent);
      deliver(session, t, isBlind && /^MESSAGE_(CREATE|UPDATE)$/.test(t) ? hidden(d as JsonObject) : d);
    }
  };
  const announce = (t: string, message: Stored): void => {
    if (message.flags & flag.ephemeral) return;
    const place = placeOf(message.channelId);
    emit(t, {
      ...place,
      ...(place.guild_id !== undefined && { member: membership }),
      ...(message.nonce !== undefined && { nonce: message.nonce }),
      channel_type: channelOf(message.channelId).type,
      ...messageJson(message),
    });
  };
  const made = (draft: Draft): Stored => ({
    id: nextId(),
    content: '',
    embeds: [],
    components: [],
    files: [],
    attachments: [],
    flags: 0,
    nonce: undefined,
    extra: {},
    interactionId: undefined,
    editedAt: null,
    ...draft,
  });
  const put = (draft: Draft): Stored => {
    const message = made(draft);
    stored.set(message.id, message);
    if (!(message.flags & flag.ephemeral)) channelOf(message.channelId).last_message_id = message.id;
    announce('MESSAGE_CREATE', message);
    return message;
  };
  const change = (message: Stored, facts: Partial<Stored>): Stored => {
    // What replaces "is thinking…" does not count as an edit.
    const editedAt = isLoading(message) ? null : new Date().toISOString();
    Object.assign(message, facts, { editedAt });
    announce('MESSAGE_UPDATE', message);
    return message;
  };
  const remove = (message: Stored): undefined => {
    stored.delete(message.id);
    if (message.flags & flag.ephemeral) return;
    emit('MESSAGE_DELETE', { id: message.id, ...placeOf(message.channelId) });
  };
  const attach = (inChannel: string, { name, text, description }: FakeFile): JsonObject => {
    const id = nextId();
    const path = `/attachments/${inChannel}/${id}/${encodeURIComponent(name)}`;
    attached.set(path, text);
    const [url, size] = [origin + path, Buffer.byteLength(text)];
    return {
      id,
      filename: name,
      size,
      url,
      proxy_url: url,
      content_type: name.endsWith('.png') ? 'image/png' : 'text/plain; charset=utf-8',
      ...(description !== undefined && { description }),
    };
  };
  /** What a body makes of a message; what it leaves out stays as it was. */
  const drafted = (call: Call, inChannel: string, body: JsonObject, before?: Stored) => {
    const listed = Array.isArray(body.attachments) ? objectsIn(body.attachments) : before?.attachments;
    const keeps = (_: unknown, at: number) => listed?.some(({ id }) => id === before?.attachments[at]?.id);
    const size = call.files.reduce((sum, { text, bytes }) => sum + (bytes?.length ?? text.length), 0);
    if (size > largestUpload) throw refusal(40_005);
    const files = describedFiles(call.files, body, before?.attachments ?? []);
    const asked = Number(body.flags ?? 0);
    const dropped = flag.loading | (body.flags === undefined ? 0 : flag.suppressEmbeds);
    const draft = {
      content: body.content === undefined ? (before?.content ?? '') : word(body.content).trim(),
      embeds: body.embeds === undefined ? (before?.embeds ?? []) : objectsIn(body.embeds),
      components: body.components === undefined ? (before?.components ?? []) : objectsIn(body.components),
      files: [...(before?.files.filter(keeps) ?? []), ...files],
      flags: before
        ? (before.flags & ~dropped) | (asked & flag.suppressEmbeds)
        : asked & (flag.suppressEmbeds | flag.silent),
    };
    checkMessage(draft);
    const added = files.map((file) => attach(inChannel, file));
    return { ...draft, attachments: [...(before?.attachments.filter(keeps) ?? []), ...added] };
  };

  const register = (body: JsonObject, known?: JsonObject): JsonObject => {
    const command = { type: 1, nsfw: false, default_member_permissions: null, ...known, ...body };
    checkCommand(command);
    return { ...command, id: known?.id ?? nextId(), application_id: botId, version: nextId() };
  };
  const numberOf = (commandId: string): number => {
    const index = commands.findIndex(({ id }) => id === commandId);
    if (index === -1) throw refusal(10_063);
    return index;
  };
  const openThread = (call: Call, parentId: string, id: string, type: number): JsonObject => {
    if (channelOf(parentId).type !== 0) throw refusal(50_024);
    if (channels.has(id)) throw refusal(160_004);
    const name = word(call.body.name);
    checkLength('name', name, 1, 100);
    const at = new Date().toISOString();
    const duration = call.body.auto_archive_duration ?? 1_440;
    const archive = { archive_timestamp: at, create_timestamp: at, auto_archive_duration: duration };
    const thread: JsonObject = {
      id,
      type,
      name,
      guild_id: guildId,
      parent_id: parentId,
      owner_id: botId,
      last_message_id: null,
      thread_metadata: { archived: false, locked: false, ...archive },
      member: { id, user_id: botId, join_timestamp: at, flags: 0 },
    };
    channels.set(id, thread);
    call.status = 201;
    emit('THREAD_CREATE', { ...thread, newly_created: true });
    return thread;
  };
  const answer = (interaction: Interaction, asked: JsonObject, draft: Partial<Stored>): Stored => {
    const { id, type, user, original } = interaction;
    return put({
      ...draft,
      channelId: interaction.channelId,
      authorId: botId,
      flags: (draft.flags ?? 0) | (Number(asked.flags ?? 0) & flag.ephemeral),
      interactionId: id,
      extra: {
        type: type === 2 && !original ? 20 : 19,
        application_id: botId,
        webhook_id: botId,
        interaction_metadata: { id, type, user, authorizing_integration_owners: {} },
      },
    });
  };
  const interactionOf = (application: string, secret: string): Interaction => {
    if (application !== botId) throw refusal(10_015);
    const interaction = [...interactions.values()].find((one) => one.token === secret);
    if (!interaction) throw refusal(50_027);
    // Nothing to follow up on before the first answer.
    if ((acks.get(interaction.id) ?? 8) === 8) throw refusal(10_015);
    return interaction;
  };
  const answerOf = (application: string, secret: string, ref: string): Stored => {
    const { id, original } = interactionOf(application, secret);
    const message = ref === '@original' ? original : stored.get(ref);
    if (!isThere(message) || (message !== original && message.interactionId !== id)) throw refusal(10_008);
    return message;
  };
  const acknowledge = (call: Call, interaction: Interaction, type: number): void => {
    const { source, channelId: inChannel } = interaction;
    const data = (call.body.data ?? {}) as JsonObject;
    if (type === 4) interaction.original = answer(interaction, data, drafted(call, inChannel, data));
    if (type === 5) interaction.original = answer(interaction, data, { flags: flag.loading });
    if (type === 6) interaction.original = source;
    if (type === 8) {
      const names = objectsIn(data.choices).map((choice) => word(choice.name));
      checkCount('data.choices', names.length, 0, 25);
      for (const [index, name] of names.entries()) checkLength(`data.choices.${index}.name`, name, 1, 100);
      interaction.offer?.(names);
    }
  };
  const application = () => ({ id: botId, flags: flags.messageContent ? 1 << 18 : 0 });

  const routes: Record<string, Route> = {
    'GET /gateway/bot': () => ({
      url: `ws://${host}`,
      shards: 1,
      session_start_limit: { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 },
    }),
    'GET /users/@me': () => bot,
    'GET /applications/@me': () => ({ ...application(), name: 'Steward', description: '', bot }),
    'POST /users/@me/channels': ({ body }) => {
      if (body.recipient_id === botId) throw refusal(50_007);
      const known = [...people.values()].find(({ id }) => id === body.recipient_id);
      return channelOf(found(known, 50_033).dmId);
    },
    'GET /applications/*/commands': () => commands,
    'POST /applications/*/commands': (call) => {
      const index = commands.findIndex((command) => isSameCommand(command, call.body));
      if (index === -1 && commands.length >= 100) throw refusal(30_032);
      const command = register(call.body, index === -1 ? undefined : { id: commands[index]?.id ?? '' });
      commands.splice(index === -1 ? commands.length : index, 1, command);
      if (index === -1) call.status = 201;
      return command;
    },
    'PUT /applications/*/commands': ({ body }) => {
      const wanted = objectsIn(body.commands);
      if (wanted.length > 100) throw refusal(30_032);
      const all = wanted.map((one) => {
        const known = commands.find((command) => isSameCommand(command, one));
        return register(one, known && { id: known.id ?? '' });
      });
      commands.splice(0, commands.length, ...all);
      return commands;
    },
    'PATCH /applications/*/commands/*': ({ body }, _application, id) => {
      const index = numberOf(id);
      const command = register(body, commands[index]);
      commands[index] = command;
      return command;
    },
    'DELETE /applications/*/commands/*': (_call, _application, id) => void commands.splice(numberOf(id), 1),
    'GET /channels/*': (_call, id) => channelOf(id),
    'POST /channels/*/typing': (_call, id) => void channelOf(id),
    'POST /channels/*/threads': (call, id) => openThread(call, id, nextId(), Number(call.body.type ?? 12)),
    'POST /channels/*/messages/*/threads': (call, id, messageId) => {
      const message = messageOf(messageId, id);
      const thread = openThread(call, id, messageId, 11);
      Object.assign(message, { flags: message.flags | flag.hasThread });
      announce('MESSAGE_UPDATE', message);
      return thread;
    },
    'GET /channels/*/messages': ({ query }, id) => {
      channelOf(id);
      const limit = Number(query.get('limit') ?? 50);
      if (!(limit >= 1 && limit <= 100))
        throw invalid('limit', 'NUMBER_TYPE_MAX', 'int value should be less than or equal to 100.');
      const after = query.get('after');
      const page = messagesIn(id).filter((message) => BigInt(message.id) > BigInt(after ?? 0));
      return (after === null ? page.slice(-limit) : page.slice(0, limit)).toReversed().map(readable);
    },
    'POST /channels/*/messages': (call, id) => {
      channelOf(id);
      const { body } = call;
      const nonce = word(body.nonce) || undefined;
      checkLength('nonce', nonce ?? '', 0, 25);
      const isTwin = (one: Stored) =>
        body.enforce_nonce === true && nonce !== undefined && one.nonce === nonce;
      const reference = body.message_reference as JsonObject | undefined;
      const isLost = reference && stored.get(word(reference.message_id))?.channelId !== id;
      if (isLost && reference.fail_if_not_exists !== false)
        throw invalid('message_reference', 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
      const extra: JsonObject = reference && !isLost ? { message_reference: reference } : {};
      const message =
        messagesIn(id).find(isTwin) ??
        put({ ...drafted(call, id, body), channelId: id, authorId: botId, nonce, extra });
      return { ...messageJson(message), ...(nonce !== undefined && { nonce }) };
    },
    'GET /channels/*/messages/*': (_call, id, messageId) => readable(messageOf(messageId, id)),
    'PATCH /channels/*/messages/*': (call, id, messageId) => {
      const message = messageOf(messageId, id);
      if (message.authorId !== botId) throw refusal(50_005);
      return messageJson(change(message, drafted(call, id, call.body, message)));
    },
    'DELETE /channels/*/messages/*': (_call, id, messageId) => {
      const message = messageOf(messageId, id);
      if (message.authorId !== botId) throw refusal(channelOf(id).guild_id ? 50_013 : 50_003);
      return remove(message);
    },
    'POST /interactions/*/*/callback': (call, id, secret) => {
      const interaction = interactions.get(id);
      if (interaction?.token !== secret) throw refusal(10_062);
      if (acks.has(id)) throw refusal(40_060);
      const type = Number(call.body.type);
      const allowed = callbackTypes[interaction.type] ?? [];
      if (!allowed.includes(type))
        throw invalid('type', 'BASE_TYPE_CHOICES', `Value must be one of (${allowed.join(', ')}).`);
      acknowledge(call, interaction, type);
      acks.set(id, type);
      if (call.query.get('with_response') !== 'true') return undefined;
      const message = interaction.original && type !== 6 && messageJson(interaction.original);
      return {
        interaction: { id, type: interaction.type, ...(message && { response_message_id: message.id }) },
        resource: { type, ...(message && { message }) },
      };
    },
    'POST /webhooks/*/*': (call, app, secret) => {
      const interaction = interactionOf(app, secret);
      const { original, channelId: inChannel } = interaction;
      // The first follow-up of a deferred answer takes the place of "is thinking…".
      const before = isLoading(original) ? original : undefined;
      const draft = drafted(call, inChannel, call.body, before);
      return messageJson(before ? change(before, draft) : answer(interaction, call.body, draft));
    },
    'GET /webhooks/*/*/messages/*': (_call, app, secret, ref) => messageJson(answerOf(app, secret, ref)),
    'PATCH /webhooks/*/*/messages/*': (call, app, secret, ref) => {
      const message = answerOf(app, secret, ref);
      return messageJson(change(message, drafted(call, message.channelId, call.body, message)));
    },
    'DELETE /webhooks/*/*/messages/*': (_call, app, secret, ref) => remove(answerOf(app, secret, ref)),
  };
  const patterns = Object.entries(routes).map(([key, route]) => ({
    pattern: new RegExp(`^${key.replaceAll('*', '([^/]+)')}$`),
    route,
  }));
  const run = (call: Call, authorization: string | undefined): object | undefined => {
    const { method, path } = call;
    const isOpen = /^\/(interactions|webhooks)\//.test(path);
    if (!isOpen && !(flags.validToken && authorization === `Bot ${token}`)) throw plain(401);
    const owner = /^\/applications\/(\d+)/.exec(path)?.[1] ?? botId;
    if (owner !== botId) throw refusal(10_002);
    for (const { pattern, route } of patterns) {
      const [, one = '', two = '', three = ''] = pattern.exec(`${method} ${path}`) ?? [];
      if (pattern.test(`${method} ${path}`)) return route(call, one, two, three);
    }
    throw plain(404);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const raw = await buffer(request);
    if (url.pathname.startsWith('/attachments/')) {
      const text = attached.get(url.pathname);
      return void response.writeHead(text === undefined ? 404 : 200).end(text);
    }
    const json = (status: number, value?: object, headers = {}): void => {
      response.writeHead(status, value && { 'content-type': 'application/json', ...headers });
      response.end(value && JSON.stringify(value));
    };
    const method = request.method ?? '';
    const path = url.pathname.replace('/api/v10', '').replaceAll('%40', '@');
    try {
      const call = { method, path, query: url.searchParams, status: 200, ...(await contentOf(request, raw)) };
      calls.push({ method, path, body: call.body });
      const at = troubles.findIndex((one) => one.method === method && one.path.test(path));
      const trouble = at === -1 ? undefined : troubles.splice(at, 1)[0]?.trouble;
      if (trouble === 'drop') return void response.destroy();
      if (typeof trouble === 'object' && trouble.status === 429) {
        const { retryAfter = 1, message = 'You are being rate limited.' } = trouble;
        const headers = { 'retry-after': retryAfter, 'x-ratelimit-scope': 'user' };
        return json(429, { message, retry_after: retryAfter, global: false }, headers);
      }
      if (typeof trouble === 'object') {
        const { status, code = 0, message = refusals[code]?.[1] ?? plain(status).message } = trouble;
        return json(status, { message, code });
      }
      const result = run(call, request.headers.authorization);
      if (trouble === 'drop-after') response.destroy();
      else json(result ? call.status : 204, result);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      json(error.status, error.body);
    }
  };
  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  const guildJson = () => ({
    id: guildId,
    name: 'Home',
    unavailable: false,
    member_count: users.size,
    roles: [
      { id: guildId, name: '@everyone', position: 0, permissions, managed: false },
      { id: roleId, name: 'Steward', position: 1, permissions, managed: true, tags: { bot_id: botId } },
    ],
    members: [{ ...membership, roles: [roleId], user: bot }],
    channels: [...channels.values()].filter(({ type }) => type === 0),
    threads: [...channels.values()].filter(({ type }) => Number(type) > 1),
  });
  const identify = (socket: WebSocket, d: JsonObject): Session | undefined => {
    const intents = Number(d.intents);
    if (intents & (refusedIntents | (flags.messageContent ? 0 : messageContentIntent))) {
      socket.close(4_014, 'Disallowed intent(s).');
      return undefined;
    }
    const session: Session = { intents, events: [], socket };
    const id = nextId();
    sessions.set(id, session);
    deliver(session, 'READY', {
      v: 10,
      user: bot,
      guilds: [{ id: guildId, unavailable: true }],
      session_id: id,
      resume_gateway_url: `ws://${host}`,
      application: application(),
    });
    if (intents & 1) deliver(session, 'GUILD_CREATE', guildJson());
    return session;
  };
  const resume = (socket: WebSocket, d: JsonObject): Session | undefined => {
    const session = sessions.get(word(d.session_id));
    if (!session) {
      socket.send(JSON.stringify({ op: 9, d: false, t: null, s: null }));
      return undefined;
    }
    session.socket = socket;
    for (const event of session.events.slice(Number(d.seq))) socket.send(event);
    deliver(session, 'RESUMED', {});
    return session;
  };
  const end = (lost: Session): void => {
    for (const [id, session] of sessions) if (session === lost) sessions.delete(id);
  };
  gateway.on('connection', (socket) => {
    let session: Session | undefined;
    const send = (op: number, d: object | null) => socket.send(JSON.stringify({ op, d, t: null, s: null }));
    send(10, { heartbeat_interval: 45_000 });
    socket.on('message', (raw: Buffer) => {
      const { op, d } = JSON.parse(raw.toString()) as { op: number; d: JsonObject };
      if (op === 1) return send(11, null);
      if (op !== 2 && op !== 6) return session ? undefined : socket.close(4_003, 'Not authenticated.');
      if (session) return socket.close(4_005, 'Already authenticated.');
      if (d.token !== token || !flags.validToken) return socket.close(4_004, 'Authentication failed.');
      session = op === 2 ? identify(socket, d) : resume(socket, d);
    });
    socket.on('close', (code) => {
      if (session?.socket !== socket) return;
      session.socket = undefined;
      // A bot that says goodbye does not come back to its session.
      if (code === 1_000 || code === 1_001) end(session);
    });
  });

  const interact = (
    type: number,
    userId: string,
    inChannel: string,
    data: JsonObject,
    more: Pick<Interaction, 'source' | 'offer'> = {},
  ): string => {
    const channel = channelOf(inChannel);
    const [id, user] = [nextId(), userOf(userId)];
    const secret = `interaction-${id}-${'a'.repeat(60)}`;
    interactions.set(id, { id, token: secret, type, user, channelId: inChannel, ...more });
    const inGuild = channel.guild_id !== undefined;
    emit('INTERACTION_CREATE', {
      id,
      application_id: botId,
      type,
      data,
      channel,
      token: secret,
      ...interactionFacts,
      context: inGuild ? 0 : 1,
      authorizing_integration_owners: { 0: inGuild ? guildId : '0' },
      ...placeOf(inChannel),
      ...(inGuild ? { member: { ...membership, user, permissions } } : { user }),
      ...(more.source && { message: messageJson(more.source) }),
    });
    return id;
  };
  const commandData = (name: string, options: (definitions: JsonObject[]) => JsonObject[]): JsonObject => {
    const command = commands.find((one) => one.name === name);
    return { id: command?.id ?? nextId(), name, type: 1, options: options(objectsIn(command?.options)) };
  };

  const facts = { origin, token, botId, guildId, channelId, roleId, calls, acks, commands, flags };
  return {
    ...facts,
    api: `${origin}/api`,
    dispatch: emit,
    callsOf: (method, path) =>
      calls.filter((call) => call.method === method && path.test(call.path)).map(({ body }) => body),
    user(name) {
      const known = people.get(name);
      if (known) return known;
      const [id, dmId] = [nextId(), nextId()];
      const user: JsonObject = { id, username: name, global_name: name, discriminator: '0', avatar: null };
      users.set(id, user);
      channels.set(dmId, { id: dmId, type: 1, recipients: [user], last_message_id: null });
      people.set(name, { id, dmId });
      return { id, dmId };
    },
    says(userId, inChannel, content, extra = {}) {
      channelOf(inChannel);
      const { files = [], ...rest } = extra as { files?: FakeFile[] };
      const attachments = files.map((file) => attach(inChannel, file));
      return put({ channelId: inChannel, authorId: userId, content, files, attachments, extra: rest }).id;
    },
    edits: (messageId, content) => void change(found(stored.get(messageId), 10_008), { content }),
    deletes: (messageId) => remove(found(stored.get(messageId), 10_008)),
    reacts(userId, messageId, emoji, added = true) {
      const { channelId: inChannel, authorId } = found(stored.get(messageId), 10_008);
      const [name, id = null] = emoji.split(':');
      const place = placeOf(inChannel);
      emit(`MESSAGE_REACTION_${added ? 'ADD' : 'REMOVE'}`, {
        user_id: userId,
        message_id: messageId,
        message_author_id: authorId,
        emoji: { id, name },
        burst: false,
        type: 0,
        ...place,
        ...(added && place.guild_id && { member: { ...membership, user: userOf(userId) } }),
      });
    },
    slash(userId, inChannel, name, options = {}) {
      const data = commandData(name, (definitions) => optionsOf(options, definitions));
      return interact(2, userId, inChannel, data);
    },
    autocomplete(userId, inChannel, name, focused) {
      const data = commandData(name, (definitions) =>
        optionsOf({ [focused.name]: focused.value }, definitions).map((one) => ({ ...one, focused: true })),
      );
      return new Promise((offer) => void interact(4, userId, inChannel, data, { offer }));
    },
    clicks(userId, inChannel, label) {
      const own = [...stored.values()].filter((one) => one.channelId === inChannel && one.authorId === botId);
      const buttonIn = ({ components }: Stored) =>
        [...componentsIn(components)].find(([one]) => one.label === label && one.disabled !== true)?.[0];
      const source = own.findLast(buttonIn) ?? own.at(-1) ?? made({ channelId: inChannel, authorId: botId });
      const data = { component_type: 2, custom_id: buttonIn(source)?.custom_id ?? 'forged' };
      return interact(3, userId, inChannel, data, { source });
    },
    messages: messagesIn,
    ephemerals: () =>
      [...stored.values()]
        .filter((one) => one.flags & flag.ephemeral && !isLoading(one))
        .map(({ interactionId = '', content }) => ({ interactionId, content })),
    thinking: () =>
      [...interactions.values()]
        .filter(({ id, original }) => acks.get(id) === 5 && isLoading(original))
        .map(({ id }) => id),
    trouble(method, path, trouble, times = 1) {
      for (let n = 0; n < times; n++) troubles.push({ method, path, trouble });
    },
    closeGateway(code) {
      for (const session of sessions.values()) {
        session.socket = undefined;
        if (fatalCloses.includes(code)) end(session);
      }
      for (const socket of gateway.clients) {
        if (code === 1_006) socket.terminate();
        else socket.close(code);
      }
    },
    async stop() {
      if (!server.listening) return;
      for (const socket of gateway.clients) socket.terminate();
      gateway.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function contentOf(request: IncomingMessage, raw: Buffer): Promise<Pick<Call, 'body' | 'files'>> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return { body: bodyIn(raw.toString()), files: [] };
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const files: FakeFile[] = [];
  let body: JsonObject = {};
  for (const [name, value] of form.entries()) {
    if (typeof value !== 'string') {
      const bytes = Buffer.from(await value.arrayBuffer());
      files.push({ name: value.name, text: bytes.toString(), bytes });
    }
    if (name === 'payload_json' && typeof value === 'string') body = bodyIn(value);
  }
  return { body, files };
}

function bodyIn(text: string): JsonObject {
  if (text === '') return {};
  try {
    const body = JSON.parse(text) as JsonObject | JsonObject[];
    return Array.isArray(body) ? { commands: body } : body;
  } catch {
    throw refusal(50_109);
  }
}

/** The files of a request with what its body says of them, by their number; what it names besides must stand there. */
function describedFiles(
  files: readonly FakeFile[],
  body: JsonObject,
  before: readonly JsonObject[],
): readonly FakeFile[] {
  const listed = objectsIn(body.attachments);
  for (const [index, { id, description }] of listed.entries()) {
    checkLength(`attachments.${index}.description`, word(description), 0, 1_024);
    if (files[Number(id)] === undefined && !before.some((one) => one.id === id)) throw refusal(50_146);
  }
  return files.map((file, at) => {
    const facts = listed.find(({ id }) => word(id) === String(at));
    return facts
      ? {
          ...file,
          name: word(facts.filename) || file.name,
          description: word(facts.description) || undefined,
        }
      : file;
  });
}

/** The intent that a bot needs for an event, or 0. */
function intentFor(t: string, inGuild: boolean): number {
  if (t.startsWith('MESSAGE_REACTION_')) return 1 << (inGuild ? 10 : 13);
  if (t.startsWith('MESSAGE_')) return 1 << (inGuild ? 9 : 12);
  return /^(GUILD_(CREATE|UPDATE|DELETE|ROLE_.*)|(CHANNEL|THREAD)_.*)$/.test(t) ? 1 : 0;
}

function checkMessage(draft: Pick<Stored, 'content' | 'embeds' | 'components' | 'files' | 'flags'>): void {
  const { content, embeds, components, files } = draft;
  checkLength('content', content, 0, 2_000);
  checkCount('embeds', embeds.length, 0, 10);
  for (const [index, { description = '' }] of embeds.entries())
    checkLength(`embeds.${index}.description`, description, 0, 4_096);
  if (embeds.reduce((sum, { description = '' }) => sum + lengthOf(description), 0) > 6_000)
    throw invalid('embeds', 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000');
  if (files.length > 10) throw refusal(30_015);
  checkCount('components', components.length, 0, 5);
  if (components.some(({ type }) => type !== 1))
    throw invalid('components.0.type', 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of (1,).');
  const ids = new Set<string>();
  for (const [component, path] of componentsIn(components)) {
    const id = word(component.custom_id);
    if (component.type === 1) checkCount(`${path}.components`, objectsIn(component.components).length, 1, 5);
    if (component.type === 2) checkLength(`${path}.label`, word(component.label), 0, 80);
    if (component.type === 2 && component.style !== 5) checkLength(`${path}.custom_id`, id, 1, 100);
    if (ids.has(id))
      throw invalid(path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
    if (id !== '') ids.add(id);
  }
  if (content === '' && embeds.length + components.length + files.length === 0) throw refusal(50_006);
}

/** Checks a command, and in the same way its options. */
function checkCommand(command: JsonObject, path = ''): void {
  const name = word(command.name);
  if (!/^[-_'\p{L}\p{N}]{1,32}$/u.test(name) || name !== name.toLowerCase())
    throw invalid(`${path}name`, 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  checkLength(`${path}description`, word(command.description), 1, 100);
  const options = objectsIn(command.options);
  checkCount(`${path}options`, options.length, 0, 25);
  checkCount(`${path}choices`, objectsIn(command.choices).length, 0, 25);
  for (const [index, option] of options.entries()) checkCommand(option, `${path}options.${index}.`);
}

const lengthOf = (text: string): number => Array.from(text).length;
const checkLength = (path: string, text: string, least: number, most: number): void =>
  checkCount(path, lengthOf(text), least, most);
function checkCount(path: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  const [code, text] =
    least > 0 ? ['BAD_LENGTH', `between ${least} and ${most}`] : ['MAX_LENGTH', `${most} or fewer`];
  throw invalid(path, `BASE_TYPE_${code}`, `Must be ${text} in length.`);
}

const isSameCommand = (command: JsonObject, body: JsonObject): boolean =>
  command.name === body.name && command.type === (body.type ?? 1);

/** The options as Discord sends them, with the types of their definitions. */
function optionsOf(values: JsonObject, definitions: readonly JsonObject[]): JsonObject[] {
  return Object.entries(values).map(([name, value]) => {
    const definition = definitions.find((one) => one.name === name);
    if (typeof value === 'object' && value && !Array.isArray(value))
      return { name, type: definition?.type ?? 1, options: optionsOf(value, objectsIn(definition?.options)) };
    const guess = { string: 3, number: 10, boolean: 5 }[typeof value as 'string' | 'number' | 'boolean'];
    return { name, type: definition?.type ?? guess, value };
  });
}

/** Rows and what is in them, each with its path. */
function* componentsIn(list: readonly JsonObject[], path = 'components'): Generator<[JsonObject, string]> {
  for (const [index, component] of list.entries()) {
    yield [component, `${path}.${index}`];
    yield* componentsIn(objectsIn(component.components), `${path}.${index}.components`);
  }
}

function found<T>(value: T | undefined, code: number): T {
  if (value === undefined) throw refusal(code);
  return value;
}

const objectsIn = (value: JsonObject[string] | undefined): JsonObject[] =>
  Array.isArray(value) ? (value as JsonObject[]) : [];

/** A field that is a text or a number. */
const word = (value: JsonObject[string] | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? `${value}` : '';
