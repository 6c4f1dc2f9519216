import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createConsoleAdapter } from '../../../src/bots/console/adapter.ts';
import { chatAdapterContract, type ChatPerson } from '../../contracts/chat-adapter.ts';
import { temporaryFolder } from '../../support/steward.ts';
import { createTestTerminal } from '../../support/terminal.ts';

const address = { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' };
const ids = (() => {
  let n = 0;
  return () => `id-${++n}`;
})();
const common = { now: () => 0, newId: ids, onQuit: () => undefined, refusesPath: () => undefined };

function fileIn(folder: string): { path: string; bytes: string } {
  const path = join(folder, 'my notes.txt');
  writeFileSync(path, 'milk and honey');
  return { path, bytes: 'milk and honey' };
}

async function atTerminal(): Promise<ChatPerson> {
  const terminal = createTestTerminal({ columns: 80, rows: 24 });
  const adapter = createConsoleAdapter({
    ...common,
    input: terminal.input,
    output: terminal.output,
    interactive: true,
  });
  const folder = temporaryFolder();
  const say = async (text: string) => {
    terminal.type(`${text}\r`);
    await terminal.text();
  };
  return {
    adapter,
    address,
    say,
    press: (label) => say(label === 'Yes' ? '1' : '2'),
    see: terminal.text,
    async sendFile() {
      const { path, bytes } = fileIn(folder);
      await say(`read "${path}"`);
      return { bytes };
    },
    afterRefusal: 'reported',
  };
}

async function atPipe(): Promise<ChatPerson> {
  const input = new PassThrough();
  const output = new PassThrough();
  let seen = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk;
  });
  const adapter = createConsoleAdapter({ ...common, input, output, interactive: false });
  const folder = temporaryFolder();
  const say = async (text: string) => {
    input.write(`${text}\n`);
    await new Promise((done) => setImmediate(done));
  };
  return {
    adapter,
    address,
    say,
    press: (label) => say(label === 'Yes' ? '1' : '2'),
    see: async () => seen,
    async sendFile() {
      const { path, bytes } = fileIn(folder);
      await say(`read ${path.replaceAll(' ', '\\ ')}`);
      return { bytes };
    },
    afterRefusal: 'reported',
  };
}

chatAdapterContract('console (terminal)', atTerminal);
chatAdapterContract('console (pipe)', atPipe);
