import { expect, it } from 'vitest';
import { redacted } from '../src/archive/redact.ts';

const NAME = 'journal/inbox/coder/m/released~d1~aaaaaa.json';

function textOf(content: string): string {
  const file = { name: NAME, bytes: new TextEncoder().encode(content), modified_ms: 0 };
  return new TextDecoder().decode(redacted(file).bytes);
}

it('keeps of a delivery that was handed back who, when and why, whatever else somebody put there', () => {
  const known = {
    kind: 'snoozed',
    delivery: 1,
    at: '2026-01-09T12:00:00.000Z',
    ready_at: null,
    agent_id: 'coder',
    owner: 'abcd1234',
    pid: 7,
    host: 'build-1',
  };
  expect(JSON.parse(textOf(JSON.stringify({ ...known, payload: 'a secret' })))).toEqual(known);
  expect(textOf('a secret')).not.toContain('secret');
});
