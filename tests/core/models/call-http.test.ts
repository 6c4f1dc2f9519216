import { describe, expect, it } from 'vitest';
import { createOllamaEngine } from '../../../src/core/models/ollama.ts';
import { collect, requestOf } from '../../support/model-events.ts';

const never = new AbortController().signal;

/** An answer whose body never ends. */
function endless(status: number, piece: string): { fetch: typeof globalThis.fetch; sent: () => number } {
  const bytes = new TextEncoder().encode(piece);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += bytes.byteLength;
      controller.enqueue(bytes);
    },
  });
  return { fetch: () => Promise.resolve(new Response(body, { status })), sent: () => sent };
}

describe('the HTTP side of a model call', () => {
  it('stops an answer that never ends', async () => {
    const line = `${JSON.stringify({ message: { thinking: 'x'.repeat(1_000_000) }, done: false })}\n`;
    const engine = createOllamaEngine({ host: 'http://fake', fetch: endless(200, line).fetch });
    expect((await collect(engine.stream(requestOf('x'), never))).fault?.code).toBe('output-too-large');
  });

  it('stops a line that never ends', async () => {
    const engine = createOllamaEngine({
      host: 'http://fake',
      fetch: endless(200, 'x'.repeat(1_000_000)).fetch,
    });
    expect((await collect(engine.stream(requestOf('x'), never))).fault?.code).toBe('output-too-large');
  });

  it('reads no more of an error page than its message needs', async () => {
    const page = endless(500, 'x'.repeat(10_000));
    const engine = createOllamaEngine({ host: 'http://fake', fetch: page.fetch });
    expect((await collect(engine.stream(requestOf('x'), never))).fault?.code).toBe('server-error');
    expect(page.sent()).toBeLessThan(100_000);
  });
});
