import { describe, expect, test } from 'vitest';
import { owner, startHousehold, stranger } from '../support/household.ts';

async function withQuestion() {
  const household = await startHousehold();
  await household.says(owner, 'hello');
  await household.says(stranger, 'let me in');
  return household;
}

describe('/approve and /reject', () => {
  test('decide by number, as the buttons do', async () => {
    const { says, phone, query } = await withQuestion();
    expect(phone.seen(owner).at(-1)).toContain('Question 1');
    expect(await says(owner, '/approve 1 guest')).toContain('Admitted as guest');
    expect(query("select role from persons where role <> 'owner'")).toEqual([{ role: 'guest' }]);
    expect(phone.seen(owner).find((text) => text.includes('wrote to me'))).toContain('Admitted as guest');
    expect(await says(owner, '/approve 1 member')).toContain('already decided: Guest');
    expect(query("select act from audit where act = 'approval-decided'")).toHaveLength(1);
  });

  test('take the only question when no number is said, and yes for it', async () => {
    const { says } = await withQuestion();
    expect(await says(owner, '/approve')).toContain('Admitted as member');
    expect(await says(owner, '/approve')).toBe('Nothing waits for a decision.');
  });

  test('list the questions where there are several', async () => {
    const { says } = await withQuestion();
    await says('667', 'me too');
    const listed = await says(owner, '/reject');
    expect(listed).toMatch(/1\. .*666.*wrote to me[^]*member, guest, block[^]*2\. .*667/);
    expect(await says(owner, '/reject 2')).toContain('Blocked');
    expect(await says('667', 'hello?')).toContain('private assistant');
  });

  test.for([
    ['/approve 9', 'There is no question 9.'],
    ['/approve 1 perhaps', '`member`, `guest`, `block`'],
    ['/approve one', 'number'],
  ])('%s says what would be right', async ([typed = '', wanted]) => {
    const { says } = await withQuestion();
    expect(await says(owner, typed)).toContain(wanted);
  });

  test('are for the owner', async () => {
    const { says } = await withQuestion();
    await says(owner, '/approve');
    expect(await says(stranger, '/approve 1')).toContain('for the owner');
  });
});
