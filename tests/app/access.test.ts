import { describe, expect, test } from 'vitest';
import { audit } from '../../src/core/db/schema/control.ts';
import { strangers } from '../../src/core/db/schema/people.ts';
import { owner, startHousehold, stranger } from '../support/household.ts';

const setup = startHousehold;

describe('the owner', () => {
  test('named by STEWARD_OWNERS is answered on the phone', async () => {
    const { says } = await setup();
    expect(await says(owner, 'hello zq1x')).toBe('Answer zr1x.');
  });

  test('is one person on every platform, whose chats never share a thread', async () => {
    const { says, say, tasks } = await setup();
    await says(owner, 'on the phone');
    await say('in the terminal');
    const [first, second] = tasks();
    expect(first?.personId).toBe(second?.personId);
    expect(first?.threadId).not.toBe(second?.threadId);
  });
});

describe('a stranger', () => {
  test('gets one polite line a day, and nothing they wrote is kept or reaches a model', async () => {
    const { says, phone, app, ollama, tasks, clock } = await setup();
    await says(owner, 'hello');
    const before = ollama.requests.length;
    for (let n = 0; n < 1_000; n++) phone.say(stranger, `let me in, secret ${n}`);
    await says(stranger, 'please');
    expect(phone.seen(stranger)).toEqual([expect.stringContaining('private assistant')]);
    expect(app.database.orm.select().from(strangers).all()).toMatchObject([
      { messages: 1_001, state: 'waiting' },
    ]);
    expect(tasks()).toHaveLength(1);
    expect(ollama.requests.length).toBe(before);
    await clock.advance(86_400_001);
    await says(stranger, 'again');
    expect(phone.seen(stranger)).toHaveLength(2);
  });

  test('is shown to the owner as one card, by name as text, and admitted by a press', async () => {
    const { says, presses, phone, app } = await setup();
    await says(owner, 'hello');
    await says(stranger, 'hello?');
    await says(stranger, 'hello??');
    const cards = phone.seen(owner).filter((text) => text.includes('wrote to me'));
    expect(cards).toHaveLength(1);
    expect(cards[0]).toContain(`Person \\*${stranger}\\*`);
    expect(await presses(owner, 'Member')).toContain('Admitted as member');
    expect(phone.seen(stranger).at(-1)).toContain('says yes');
    expect(await says(stranger, 'hello zq2x')).toBe('Answer zr2x.');
    expect(await says(stranger, '/users')).toContain('is for the owner');
    const acts = app.database.orm
      .select()
      .from(audit)
      .all()
      .map((row) => row.act);
    expect(acts).toEqual(expect.arrayContaining(['approval-decided', 'identity-linked']));
  });

  test('cannot decide about themselves, nor forge a button', async () => {
    const { says, presses, phone, tasks } = await setup();
    await says(owner, 'hello');
    await says(stranger, 'hello');
    await presses(stranger, 'Member');
    await presses(stranger, 'Nothing like this');
    expect(phone.seen(owner).at(-1)).toContain('Shall I talk to them?');
    await says(stranger, 'still out');
    expect(tasks()).toHaveLength(1);
  });

  test('who is blocked gets no answer ever again', async () => {
    const { says, presses, phone, clock } = await setup();
    await says(owner, 'hello');
    await says(stranger, 'hello');
    await presses(owner, 'Block');
    await clock.advance(86_400_001);
    await says(stranger, 'hello again');
    expect(phone.seen(stranger)).toHaveLength(1);
  });

  test('in a group is passed over in silence', async () => {
    const { says, phone, app } = await setup();
    await says(stranger, 'hello bot', { group: '-5' });
    expect(phone.seen('-5')).toEqual([]);
    expect(app.database.orm.select().from(strangers).all()).toEqual([]);
  });
});

describe('a decision', () => {
  test('counts once; a second press is told who was first', async () => {
    const { says, presses, phone } = await setup();
    await says(owner, 'hello');
    await says(stranger, 'hello');
    await presses(owner, 'Guest');
    phone.press(owner, 'Block');
    await presses(owner, 'Member');
    expect(phone.seen(owner).at(-1)).toMatch(/already decided: Guest/);
  });

  test('changes the card on every platform', async () => {
    const { says, say, presses, prints } = await setup();
    await says(owner, 'hello');
    await say('hello from the terminal');
    await says(stranger, 'hello');
    await prints('Shall I talk to them?');
    await presses(owner, 'Member');
    await prints('Admitted as member');
  });
});

describe('pairing', () => {
  test('links another account of the same person by a code that works once', async () => {
    const { say, says, phone, tasks } = await setup({ owners: '' });
    const code = /`([a-z0-9-]{14})`/.exec(await say('/pair'))?.[1] ?? '';
    expect(code).not.toBe('');
    await says('200', code);
    expect(phone.seen('200').at(-1)).toContain("now Owner's");
    expect(await says('200', 'hello zq3x')).toBe('Answer zr3x.');
    await says('300', code);
    expect(phone.seen('300').at(-1)).toContain('private assistant');
    expect(tasks()).toHaveLength(1);
  });

  test('a code is dead after ten minutes, and is given in private alone', async () => {
    const { say, says, clock, phone } = await setup();
    const code = /`([a-z0-9-]{14})`/.exec(await say('/pair'))?.[1] ?? '';
    await clock.advance(11 * 60_000);
    await says('200', code);
    expect(phone.seen('200').at(-1)).toContain('private assistant');
    expect(await says(owner, '/pair', { group: '-5' })).toContain('private chat');
  });
});

describe('roles', () => {
  test('a guest is answered by the local model alone', async () => {
    const { says, presses, claude, ollama } = await setup();
    await says(owner, 'hello');
    await says('200', 'hello');
    await presses(owner, 'Guest');
    await says('200', '/model cloud');
    expect(await says('200', 'hello zq4x')).toBe('Answer zr4x.');
    ollama.fault({ kind: 'status', status: 400, times: 99 });
    expect(await says('200', 'hello again')).toContain('could not get an answer');
    expect(claude.chats()).toHaveLength(0);
  });

  test('can be taken back by the owner', async () => {
    const { says, presses, phone, tasks } = await setup();
    await says(owner, 'hello');
    await says('200', 'hello');
    await presses(owner, 'Member');
    expect(await says(owner, '/users')).toMatch(/2\. .*: member\n\s+telegram 200/);
    expect(await says(owner, '/users 2 nobody')).toContain('is now nobody');
    expect(await says(owner, '/users 1 guest')).toContain('The owner stays the owner');
    const before = phone.seen('200').length;
    await says('200', 'hello?');
    expect(phone.seen('200')).toHaveLength(before);
    expect(tasks()).toHaveLength(1);
  });

  test('a member who floods is told once and slowed down, the owner is not', async () => {
    const { says, presses, phone, tasks, clock } = await setup();
    await says(owner, 'hello');
    await says('200', 'hello');
    await presses(owner, 'Member');
    for (let n = 0; n < 50; n++) phone.say('200', `message ${n}`);
    await says('200', 'one more');
    expect(tasks().filter((task) => task.text.startsWith('message'))).toHaveLength(30);
    expect(phone.seen('200').filter((text) => text.includes('too many messages'))).toHaveLength(1);
    await clock.advance(60_001);
    expect(await says('200', 'hello zq5x')).toBe('Answer zr5x.');
  });
});

test('a card that nobody decides is closed after a week, and a press then comes too late', async () => {
  const { says, presses, phone, clock, app, settled } = await setup();
  await says(owner, 'hello');
  await says(stranger, 'hello');
  await clock.advance(7 * 86_400_000 - 1);
  app.runDue();
  await settled();
  expect(phone.seen(owner).at(-1)).not.toContain('Nobody decided');
  await clock.advance(1);
  app.runDue();
  await settled();
  expect(phone.seen(owner).at(-1)).toContain('Nobody decided in time');
  await presses(owner, 'Member');
  expect(phone.seen(owner).at(-1)).toContain('already decided: expired');
});

test('/cost says who spent what, and what was saved by answering at home', async () => {
  const { says, presses } = await startHousehold();
  await says(owner, 'hello');
  await says(stranger, 'let me in');
  await presses(owner, 'Member');
  expect(await says(owner, '/cost')).not.toContain('by person');
  for (const who of [owner, stranger]) {
    await says(who, '/model cloud');
    await says(who, 'What is the capital of Chile?');
  }
  const cost = await says(owner, '/cost');
  expect(cost).toMatch(/This month by person:\n- .*: <\$0\.0001\n- .*: <\$0\.0001/);
  expect(cost).toMatch(/Answered at home, saved: about <?\$0\.0\d+/);
});
