import { expect, test } from 'vitest';
import { metadataCausedBy, statusUpdate } from '../src/index.ts';
import { ids } from './samples.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('carries the cause and the trace context on', () => {
  const metadata = { traceparent, tracestate: 'vendor=1', other: true };
  const cause = statusUpdate({ ...ids, status: 'queued', message_id: 'm-1', metadata });
  expect(metadataCausedBy(cause)).toEqual({ causation_id: 'm-1', traceparent, tracestate: 'vendor=1' });
});

test.each([
  { traceparent: 'broken', tracestate: 'vendor=1' },
  { traceparent: traceparent.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)) },
  { traceparent: `ff${traceparent.slice(2)}` },
  { tracestate: 'vendor=1' },
  { traceparent: 7 },
  {},
])('leaves out a trace context that is not one: %j', (metadata) => {
  expect(metadataCausedBy({ message_id: 'm-1', metadata })).toEqual({ causation_id: 'm-1' });
});
