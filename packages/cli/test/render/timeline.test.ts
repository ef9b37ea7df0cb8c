import { expect, it } from 'vitest';
import { styleFor } from '../../src/render/style.ts';
import { timeline } from '../../src/render/timeline.ts';

it('has no full stop before what is said of the time', () => {
  const at = '2026-01-09T12:00:00.000Z';
  const common = { delivery: null, failure: null, by: null, operation: null };
  const events = [
    { event: 'died', at, text: 'quarantined as exhausted: it failed. Mend it, then replay it.', ...common },
    { event: 'waiting', at: null, text: 'now: dead, until somebody replays it.', ...common },
  ] as const;
  const layout = {
    style: styleFor(false),
    now_ms: Date.parse(at) + 2_000,
    columns: 200,
    wrapAt: undefined,
    program: 'tapps-mq',
  };
  const [died, waiting] = String(timeline(events, layout)).split('\n');
  expect(died).toMatch(/it failed\. Mend it, then replay it, 2s ago$/);
  expect(waiting).toMatch(/until somebody replays it\.$/);
});
