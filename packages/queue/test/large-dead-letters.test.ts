import { expect, test } from 'vitest';
import { dead, site } from './support-behaviour.ts';
import { diagnose, opened, write } from './support/diagnose.ts';

test('a dead letter that is too large is a dead letter, and nothing that could not be looked at', async () => {
  await using place = await site();
  const mq = await opened(place);
  await write(place.at('inbox', 'coder', 'large.json'), 'x'.repeat(3 * 2 ** 20));
  await mq.work({ task_assignment: () => ({}) }, { untilEmpty: true }).done;
  expect((await dead(mq)).map(({ reason }) => reason?.code)).toEqual(['too_large']);
  expect(await diagnose(mq)).toEqual({ dead_letters: expect.objectContaining({ count: 1 }) });
  // Nobody has judged this one yet.
  await write(
    place.at('inbox', 'coder', '20260101T000000_000Z_big_x~p1~000000.json'),
    'x'.repeat(3 * 2 ** 20),
  );
  expect(await diagnose(mq)).toMatchObject({ unreadable: { count: 1 } });
});
