import { expect, test } from 'vitest';
import { dead, event, eventsOf, faulty, run, site, stillClock, task } from './support-behaviour.ts';

test('deliveries that ran out are in the history when the message is given up', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, retry: { maxDeliveries: 2 } });
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive({ lease: '10s' });
  for (const delivery of [1, 2]) {
    const { value } = await run(clock, receiver.next());
    expect(value).toMatchObject({ deliveries: delivery });
    const lost = event(coder, 'lease_lost');
    await run(clock, lost);
  }
  const quarantined = event(coder, 'quarantined');
  const waiting = receiver.next();
  await run(clock, quarantined);
  await receiver.return!();
  await waiting;
  const [letter] = await dead(coder);
  expect(letter?.reason?.code).toBe('exhausted');
  expect(letter?.reason?.history).toMatchObject([
    { kind: 'lost', delivery: 1 },
    { kind: 'lost', delivery: 2 },
  ]);
});

test('a delivery whose loss cannot be written down goes back all the same, and the fault is reported', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  const errors = eventsOf(coder, 'error');
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive({ lease: '10s' });
  const { value: delivery } = await receiver.next();
  // As of a disk that has no room for a new file, while a rename needs none.
  const mend = fileSystem.fail({ verb: 'rename', path: '/journal/', code: 'ENOSPC', times: 1_000 });
  const lost = event(coder, 'lease_lost');
  await clock.advance(10_000);
  expect(await run(clock, lost)).toMatchObject({ deliveries: 1 });
  mend();
  expect(errors).toMatchObject([{ code: 'ERR_DISK_FULL', message: expect.stringContaining('journal') }]);
  await expect(delivery!.ack()).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
  const { value: again } = await run(clock, receiver.next());
  expect(again).toMatchObject({ deliveries: 2, failures: 0, releases: 0 });
  await run(clock, again!.ack());
});
