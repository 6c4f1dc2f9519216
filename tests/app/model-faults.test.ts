import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fault } from '../support/model-script.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startSteward, testConfig, testKey } from '../support/steward.ts';

async function stewardOn(options: { claude: boolean; fault?: Fault }) {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  const claude = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => ollama.stop());
  onTestFinished(() => claude.stop());
  const config = testConfig({
    ollamaUrl: ollama.url,
    ...(options.claude && { anthropicUrl: claude.url }),
    change: ({ models }) => {
      for (const limits of Object.values(models.engines)) {
        limits.firstTokenMs = 20_000;
        limits.idleMs = 20_000;
        limits.breakerFaults = 50;
      }
      // A local model that hangs is waited for only so long; all else has time enough on a busy machine.
      if (options.fault?.kind === 'hang') models.engines.ollama.firstTokenMs = 150;
    },
  });
  return { ollama, claude, steward: await startSteward(config) };
}

const always = { times: 1_000 };
const faults: readonly { name: string; fault: Fault; says: RegExp; code: string }[] = [
  {
    name: 'returns garbage',
    fault: { kind: 'garbage', ...always },
    says: /could not be read/,
    code: 'bad-output',
  },
  {
    name: 'sends a web page',
    fault: { kind: 'html', ...always },
    says: /could not be read/,
    code: 'bad-output',
  },
  {
    name: 'cuts the stream',
    fault: { kind: 'cut', ...always },
    says: /broke in the middle/,
    code: 'cut-off',
  },
  {
    name: 'sends 10 MB',
    fault: { kind: 'huge', characters: 10_000_000, ...always },
    says: /far too long/,
    code: 'output-too-large',
  },
  { name: 'hangs', fault: { kind: 'hang', ...always }, says: /took too long/, code: 'timed-out' },
  {
    name: 'invents tool calls',
    fault: { kind: 'unknown-tool', ...always },
    says: /tool that does not exist/,
    code: 'unknown-tool',
  },
  {
    name: 'answers nothing',
    fault: { kind: 'empty', ...always },
    says: /empty answer/,
    code: 'empty-output',
  },
  {
    name: 'is overloaded',
    fault: { kind: 'status', status: 503, ...always },
    says: /overloaded/,
    code: 'overloaded',
  },
  {
    name: 'refuses connections',
    fault: { kind: 'refuse', ...always },
    says: /does not answer|broke/,
    code: 'unreachable',
  },
];

describe('a local model that', () => {
  for (const { name, fault, says, code } of faults) {
    test(`${name} gets a clear sentence when there is no other`, async () => {
      const { ollama, steward } = await stewardOn({ claude: false, fault });
      ollama.fault(fault);
      expect(await steward.say('hello')).toMatch(says);
      expect(steward.tasks()).toMatchObject([{ state: 'failed', errorCode: code, text: 'hello' }]);
      ollama.clear();
      expect(await steward.say('/retry')).toContain('All good.');
    });

    test(`${name} hands the message to Claude where the owner allowed it`, async () => {
      const { ollama, steward } = await stewardOn({ claude: true, fault });
      ollama.fault(fault);
      expect(await steward.say('hello zq7x')).toContain('Answer zr7x.');
      expect(steward.tasks()).toMatchObject([{ state: 'answered', model: 'claude-haiku-5-5' }]);
    });
  }

  test('stumbles once is asked again and nobody notices', async () => {
    const { ollama, steward } = await stewardOn({ claude: false });
    ollama.fault({ kind: 'cut', times: 1 });
    const printed = await steward.say('hello zq8x');
    expect(printed.match(/Answer zr8x\./g)).toHaveLength(1);
  });
});

describe('Claude', () => {
  test('refusing the key is said with the remedy and not asked again', async () => {
    const { claude, steward } = await stewardOn({ claude: true });
    claude.fault({ kind: 'status', status: 401, ...always });
    await steward.say('/model cloud');
    await steward.say('one');
    expect(await steward.say('/status')).toContain('the key is refused');
    const asked = claude.chats().length;
    await steward.say('two');
    expect(claude.chats()).toHaveLength(asked);
    expect(steward.tasks().map((task) => task.model)).toEqual(['qwen3:1.7b', 'qwen3:1.7b']);
  });

  test('a 429 with retry-after is waited for', async () => {
    const { claude, steward } = await stewardOn({ claude: true });
    await steward.say('/model cloud');
    claude.fault({ kind: 'status', status: 429, retryAfter: '0', times: 1 });
    expect(await steward.say('hello zq9x')).toContain('Answer zr9x.');
  });
});

describe('text of a model', () => {
  test('cannot reach the terminal as escape sequences or invisible characters', async () => {
    const { ollama, steward } = await stewardOn({ claude: false });
    ollama.reply(
      'hello',
      'Red \u001b[31malert\u001b[0m \u001b]0;title\u0007 \u202Eevil\u202C \u200Bzero \u0008\u0085end',
    );
    const printed = await steward.say('hello');
    // eslint-disable-next-line no-control-regex
    expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/);
    expect(printed).toContain('alert');
    expect(printed).toContain('end');
  });
});

describe('a person who sends', () => {
  test('4096 emoji is answered', async () => {
    const { ollama, steward } = await stewardOn({ claude: false });
    expect(await steward.say('😀'.repeat(4096))).toContain('All good.');
    expect(ollama.chats()).toHaveLength(1);
  });

  test('1 MB of text is answered, the text is kept as a file, and what did not fit is said', async () => {
    const { ollama, steward } = await stewardOn({ claude: false });
    const printed = await steward.say('a long log line with words in it '.repeat(32_000));
    expect(printed).toContain('All good.');
    expect(printed).toContain('left out');
    expect(ollama.chats()[0]?.raw.length ?? 0).toBeLessThan(40_000);
    expect(steward.tasks()[0]?.text.length).toBeGreaterThan(1_000_000);
  });
});
