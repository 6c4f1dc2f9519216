import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/core/config/redact.ts';
import { createLogger, type LoggerOptions } from '../../../src/core/telemetry/log.ts';
import { createLogFile } from '../../../src/core/telemetry/log-file.ts';
import { projectRoot } from '../../support/project-root.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { mountTinyDisk } from '../../support/tiny-disk.ts';

const redact = createRedactor({ anthropicApiKey: 'my-secret-key' });

function logged(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ destination, level: 'info', redact, ...options });
  return { log, lines, objects: () => lines.map((line): Record<string, unknown> => JSON.parse(line)) };
}

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a line', () => {
  test('is JSON with level by name, time, base and message', () => {
    const { log, objects } = logged({ base: { run: 'R1' } });
    log.warn({ taskId: 'T1' }, 'turn ended');
    log.debug('not at this level');
    expect(objects()).toEqual([
      {
        level: 'warn',
        time: expect.any(Number),
        pid: process.pid,
        run: 'R1',
        taskId: 'T1',
        msg: 'turn ended',
      },
    ]);
  });

  test('holds no known secret, wherever it stands', () => {
    const { log, lines, objects } = logged();
    log.info({ nested: { url: 'https://x/?k=my-secret-key' } }, 'my-secret-key');
    log.error(new Error('refused: my-secret-key'));
    log.child({ header: 'Bearer abcdef123456' }).info('hi');
    expect(lines.join('')).not.toMatch(/my-secret-key|abcdef123456/);
    expect(objects()).toHaveLength(3);
    expect(lines.join('')).toContain('refused: [ANTHROPIC_API_KEY hidden]');
  });

  test.each([
    [{ token: 'x1' }],
    [{ deep: [{ botToken: 'x1' }] }],
    [{ headers: { Authorization: 'Basic x1', 'x-api-key': 'x1', 'set-cookie': 'x1' } }],
    [{ client_secret: 'x1', apiKey: 'x1', password: 'p"a\\x1' }],
    [{ body: JSON.stringify({ password: 'p"a\\x1', n: 1 }) }],
  ])('hides %j by the name of its key', (object) => {
    const { log, lines, objects } = logged();
    log.info(object);
    expect(lines.join('')).not.toContain('x1');
    expect(lines.join('')).toContain('[hidden]');
    expect(objects()).toHaveLength(1);
  });

  test('keeps fields whose names only sound like it', () => {
    const { log, objects } = logged();
    log.info({ inputTokens: 5, firstTokenMs: 7, threadKey: 'k', state: 'token' });
    expect(objects()[0]).toMatchObject({ inputTokens: 5, firstTokenMs: 7, threadKey: 'k', state: 'token' });
  });

  test('that cannot be redacted is dropped and says so', () => {
    const { log, objects } = logged({
      redact: () => {
        throw new Error('broken');
      },
    });
    log.info('my-secret-key');
    expect(objects()[0]).toMatchObject({ level: 'error', msg: expect.stringContaining('dropped') });
  });

  test('is nobody else’s trouble when its destination throws', () => {
    const destination = {
      write: () => {
        throw new Error('gone');
      },
    };
    expect(() => logged({ destination }).log.info('hi')).not.toThrow();
  });
});

describe('the log file', () => {
  test('is private, even if it was not, and appended to', () => {
    const file = join(temporaryFolder(), 'logs', 'steward.log');
    createLogger({ file, level: 'info', redact }).info('one');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    createLogger({ file, level: 'info', redact }).info('two');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(linesOf(file).map((line) => line['msg'])).toEqual(['one', 'two']);
  });

  test('has every line of a process that was killed right after it', () => {
    const file = join(temporaryFolder(), 'steward.log');
    const script = `
      const { createLogger } = await import(${JSON.stringify(join(projectRoot, 'src/core/telemetry/log.ts'))});
      const log = createLogger({ file: ${JSON.stringify(file)}, level: 'info', redact: (text) => text });
      for (let n = 0; n < 100; n++) log.info({ n });
      process.kill(process.pid, 'SIGKILL');
    `;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    expect(killed.signal).toBe('SIGKILL');
    expect(linesOf(file).map((line) => line['n'])).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test('that was deleted is made anew', () => {
    const file = join(temporaryFolder(), 'steward.log');
    const log = createLogger({ file, level: 'info', redact });
    log.info('one');
    rmSync(file);
    log.info('two');
    expect(linesOf(file).map((line) => line['msg'])).toEqual(['two']);
  });

  test('that cannot be opened costs its lines, counted once it can', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'logs'), 'a file where the folder should be');
    const file = join(folder, 'logs', 'steward.log');
    const log = createLogger({ file, level: 'info', redact });
    log.info('one');
    log.info('two');
    renameSync(join(folder, 'logs'), join(folder, 'aside'));
    log.info('three');
    expect(linesOf(file)).toMatchObject([{ lost: 2, msg: 'lines were lost' }, { msg: 'three' }]);
  });

  test('on a full disk loses lines and never throws', (context) => {
    const disk = mountTinyDisk('size=16k') ?? context.skip('needs the right to mount');
    const log = createLogger({ file: join(disk, 'steward.log'), level: 'info', redact });
    expect(() => {
      for (let n = 0; n < 50; n++) log.info({ text: 'x'.repeat(1000) });
    }).not.toThrow();
    expect(statSync(join(disk, 'steward.log')).size).toBeGreaterThan(8000);
  });

  test('is written whole by a system that takes a few bytes at a time', () => {
    const file = join(temporaryFolder(), 'steward.log');
    const slow = {
      openSync,
      writeSync: (descriptor: number, bytes: Uint8Array) => writeSync(descriptor, bytes.subarray(0, 3)),
    };
    const log = createLogFile(file, slow);
    log.write('a whole line\n');
    log.close();
    expect(readFileSync(file, 'utf8')).toBe('a whole line\n');
  });
});
