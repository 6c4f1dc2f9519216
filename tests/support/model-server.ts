import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Json, JsonObject } from '../../src/core/contracts/json.ts';
import { type CallKind, isObject, type RecordedCall, textOf } from './model-script.ts';

/** The answer side of one request, with what both fakes need. */
export interface Answer {
  json(value: Json, status?: number, headers?: Record<string, string>): void;
  page(status: number): void;
  /** Begins a stream; `write` waits until the client takes it, and says false once the client is gone. */
  stream(contentType: string): { write(text: string): Promise<boolean>; end(): void };
  /** Breaks the connection. */
  destroy(): void;
  gone(): boolean;
}

export interface ServerOptions {
  readonly kindOf: (path: string, body: JsonObject) => CallKind;
  readonly textOf: (body: JsonObject) => string;
  readonly schemaOf: (body: JsonObject) => JsonObject | undefined;
  readonly handle: (call: RecordedCall, answer: Answer) => Promise<void>;
}

export interface ModelServer {
  readonly url: string;
  readonly requests: RecordedCall[];
  stop(): Promise<void>;
}

export async function startModelServer(options: ServerOptions): Promise<ModelServer> {
  const requests: RecordedCall[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const call = await record(request, response, options);
      requests.push(call);
      await options.handle(call, createAnswer(response));
    } catch (error) {
      // A client that went away, or a mistake in a test's own reply: the latter must be seen.
      if (response.headersSent || response.destroyed) response.destroy();
      else createAnswer(response).json({ error: `the fake failed: ${String(error)}` }, 500);
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function record(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<RecordedCall> {
  const raw = await readText(request);
  const parsed: Json = raw ? JSON.parse(raw) : {};
  const body = isObject(parsed) ? parsed : {};
  const path = new URL(request.url ?? '/', 'http://fake').pathname;
  return {
    kind: options.kindOf(path, body),
    method: request.method ?? 'GET',
    path,
    headers: request.headers,
    body,
    raw,
    model: textOf(body.model ?? body.name),
    text: options.textOf(body),
    schema: options.schemaOf(body),
    closed: once(response, 'close').then(() => !response.writableFinished),
  };
}

function createAnswer(response: ServerResponse): Answer {
  return {
    json(value, status = 200, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(value));
    },
    page(status) {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>');
    },
    stream(contentType) {
      response.writeHead(200, { 'content-type': contentType });
      return {
        // Until it is on the wire: a connection that is broken later must not take this piece along.
        write: (text) =>
          new Promise((resolve) => {
            if (response.destroyed) resolve(false);
            else response.write(text, (error) => resolve(!error && !response.destroyed));
          }),
        end: () => void response.end(),
      };
    },
    destroy: () => void response.destroy(),
    gone: () => response.destroyed,
  };
}
