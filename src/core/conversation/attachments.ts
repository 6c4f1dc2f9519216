import type { AttachmentRef, ChatAdapter } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ContentPart } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import { eq } from '../db/drizzle.ts';
import { files } from '../db/schema/work.ts';
import { readForModel, storeUpload, type StoredUpload } from '../files/uploads.ts';
import type { IdSource } from '../ids.ts';

export interface FileLimits {
  readonly maxFileBytes: number;
  readonly maxFilesPerMessage: number;
  readonly maxInlineCharacters: number;
}

export interface Collected {
  readonly files: readonly StoredUpload[];
  /** One sentence for each file that could not be taken. */
  readonly refusals: readonly string[];
}

/**
 * Brings the files of a message into workspace/uploads, each once: a turn that is resumed after a crash finds what was
 * already taken in its rows.
 */
export async function collectAttachments(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  adapter: ChatAdapter;
  taskId: string;
  traceId: string;
  attachments: readonly AttachmentRef[];
  /** A message too long to be text, kept as a file instead. */
  longText?: string | undefined;
  folder: string;
  limits: FileLimits;
  signal: AbortSignal;
}): Promise<Collected> {
  const { database, ids, clock, adapter, taskId, traceId, limits, signal } = options;
  const { orm } = database;
  const known = orm.select().from(files).where(eq(files.taskId, taskId)).all();

  const take = async (
    nativeId: string,
    name: string,
    chunks: () => AsyncIterable<Uint8Array>,
  ): Promise<typeof files.$inferSelect> => {
    const before = known.find((row) => row.nativeId === nativeId);
    if (before) return before;
    const maxBytes = Math.min(limits.maxFileBytes, adapter.limits.fetchBytes);
    const stored = await storeUpload({
      folder: options.folder,
      name,
      chunks: chunks(),
      maxBytes,
      newId: () => ids.next(),
      signal,
    });
    // A file that was cut off with its turn is not refused: the next attempt takes it.
    signal.throwIfAborted();
    const row = stored.ok
      ? { state: 'stored' as const, reason: null, ...stored.file }
      : { state: 'refused' as const, reason: stored.reason };
    return database.write(() =>
      orm
        .insert(files)
        .values({ name, ...row, id: ids.next(), taskId, traceId, nativeId, createdAt: clock.now() })
        .returning()
        .get(),
    );
  };

  const rows: (typeof files.$inferSelect)[] = [];
  if (options.longText !== undefined) {
    const bytes = new TextEncoder().encode(options.longText);
    rows.push(await take('long-text', 'message.txt', () => chunksOf(bytes)));
  }
  for (const ref of options.attachments.slice(0, limits.maxFilesPerMessage))
    rows.push(await take(ref.nativeId, ref.name, () => adapter.fetchFile(ref, signal)));

  const refusals = rows.flatMap((row) =>
    row.state === 'refused' ? [`${row.name} was not taken: ${row.reason ?? 'unknown reason'}`] : [],
  );
  const over = options.attachments.length - limits.maxFilesPerMessage;
  if (over > 0)
    refusals.push(`${over} more files were not taken: at most ${limits.maxFilesPerMessage} in one message.`);
  return { files: rows.flatMap(asUpload), refusals };
}

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function asUpload(row: typeof files.$inferSelect): StoredUpload[] {
  if (row.state !== 'stored' || !row.path || !row.kind || !row.mediaType || !row.sha256) return [];
  return [
    {
      path: row.path,
      name: row.name,
      kind: row.kind,
      mediaType: row.mediaType,
      sizeBytes: row.sizeBytes ?? 0,
      sha256: row.sha256,
    },
  ];
}

export interface FileContent {
  readonly parts: readonly ContentPart[];
  /** One sentence for each file that this model cannot take. */
  readonly unused: readonly string[];
}

/** The files as this model can take them; text for every model, pictures and PDF where it has the capability. */
export async function contentOfFiles(
  uploads: readonly StoredUpload[],
  model: { readonly name: string; readonly capabilities: readonly string[] },
  limits: FileLimits,
): Promise<FileContent> {
  const parts: ContentPart[] = [];
  const unused: string[] = [];
  for (const upload of uploads) {
    const capability = upload.kind === 'image' ? 'images' : upload.kind === 'pdf' ? 'pdf' : undefined;
    if (capability && !model.capabilities.includes(capability)) {
      unused.push(
        `${upload.name} was not read: ${model.name} reads text only. Claude can (\`/model cloud\`, then \`/retry\`).`,
      );
      continue;
    }
    const content = await readForModel(upload, { maxInlineCharacters: limits.maxInlineCharacters });
    if (content.kind === 'unusable') unused.push(`${upload.name} was not read: ${content.reason}`);
    else if (content.kind === 'text')
      parts.push({ type: 'text', text: `File ${upload.name}:\n${content.text}` });
    else if (content.kind === 'image')
      parts.push({ type: 'image', mediaType: content.mediaType, base64: content.base64 });
    else parts.push({ type: 'pdf', name: upload.name, base64: content.base64 });
  }
  return { parts, unused };
}
