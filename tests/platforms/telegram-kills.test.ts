import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { projectRoot } from '../support/project-root.ts';
import { randomFrom } from '../support/random.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();
const kills = 50;
/** A start takes about a second here: kills fall into it, into polling, answering and sending. */
const longestLifeMs = 2_500;

describe.skipIf(!folder)('Telegram, killed', () => {
  test(`at ${kills} random instants: every message is answered, and none twice`, {
    timeout: 400_000,
  }, async () => {
    const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const { sim, ollama, anna, env, home } = await openPhone(folder ?? '');
    const ben = sim.user({ first_name: 'Ben', started: true });
    const group = anna.createsGroup({ type: 'supergroup', title: 'Home', members: [ben] });
    anna.addsBotTo(group);
    ollama.reply(/zq(\w+)x/, async (call) => {
      await delay(random() * 200);
      return `Answer zr${/zq(\w+)x/.exec(call.text)?.[1]}x.`;
    });
    let errors = '';
    let child: ChildProcess | undefined;
    const start = (): ChildProcess => {
      const started = spawn(process.execPath, [join(projectRoot, 'src/main.ts')], {
        cwd: home,
        env: {
          PATH: process.env.PATH,
          ...env,
          STEWARD_HOME: join(home, 'data'),
          STEWARD_CONFIG: join(projectRoot, 'config'),
          STEWARD_WORKSPACE: join(home, 'workspace'),
          OLLAMA_HOST: ollama.url,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      started.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      return started;
    };
    onTestFinished(() => void child?.kill('SIGKILL'));

    let asked = 0;
    const ask = (): void => {
      asked += 1;
      if (asked % 3 === 0) anna.sends(`/good@${sim.bot.username} zq${asked}x`, { in: group });
      if (asked % 3 === 1) anna.sends(`@${sim.bot.username} question zq${asked}x`, { in: group });
      else anna.sends(`question zq${asked}x`);
    };
    for (let life = 0; life < kills; life++) {
      child = start();
      ask();
      await delay(random() * longestLifeMs);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    child = start();
    const textsIn = () => [...sim.botMessages(anna), ...sim.botMessages(group)].map((view) => view.text);
    const answersTo = (mark: number) =>
      textsIn().filter((text) => text.includes(`Answer zr${mark}x.`)).length;
    const marks = Array.from({ length: asked }, (_, n) => n + 1);
    const isSettled = () => marks.every((mark) => answersTo(mark) > 0 || isApologised());
    const isApologised = () => textsIn().some((text) => text.includes('interrupted'));
    await sim.waitFor(isSettled, 120_000);
    await delay(3_000);
    child.kill('SIGTERM');
    await once(child, 'exit');

    const context = `seed ${seed}\n${errors}\n${sim.print(anna)}\n${sim.print(group)}`;
    const counts = marks.map((mark) => answersTo(mark));
    const doubled = marks.filter((_, n) => (counts[n] ?? 0) > 1);
    const missing = marks.filter((_, n) => counts[n] === 0);
    expect({ doubled, missing }, context).toEqual({ doubled: [], missing: [] });
    // The search for half-sent parts asks for messages that are not there; a dead process leaves its poll behind.
    sim.assertClean({
      forged: true,
      allow: [/editMessageText: 400 .*(not found|can't be edited|not modified)/, /getUpdates: 409/],
    });
  });
});
