import * as fc from 'fast-check';

/** Values that are nearly right somewhere: at the edges of limits, of the right kind with the wrong content, and the other way about. */
const NEAR = [
  '',
  '1.0',
  '1.1',
  '2.0',
  '1.01',
  '1.0\n',
  'task_assignment',
  'status_update',
  'task_complete',
  'Task',
  'high',
  'queued',
  'completed',
  'x'.repeat(512),
  'x'.repeat(513),
  '🚀'.repeat(512),
  'a\u007fb',
  'a\u0085',
  '2026-01-09T00:00:00Z',
  '2026-01-09T00:00:00.123456789+00:00',
  '2026-01-09T00:00:00+01:00',
  '2026-02-30T00:00:00Z',
  '2024-02-29T23:59:59Z',
  '2026-01-09T23:59:60Z',
  '2026-01-09t00:00:00z',
  '2026-01-09T00:00:00Z\n',
  0,
  -1,
  1.5,
  100,
  101,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  -0.000_1,
  null,
  true,
  [],
  {},
  ['a'],
  [1],
  { a: 'b' },
  { a: 1 },
];

const value = fc.oneof(fc.constantFrom(...NEAR), fc.jsonValue({ maxDepth: 2 }));
const edit = fc.record({
  place: fc.nat(),
  key: fc.constantFrom('later', '__proto__', 'message_id', 'files', '0'),
  value,
  how: fc.constantFrom('replace', 'remove', 'add'),
});

/** JSON objects of a kind with up to three things in them replaced, removed or added, at any depth. */
export function mutated(originals: fc.Arbitrary<object>): fc.Arbitrary<Record<string, unknown>> {
  return fc.tuple(originals, fc.array(edit, { maxLength: 3 })).map(([original, edits]) => {
    const copy = JSON.parse(JSON.stringify(original)) as Record<string, unknown>;
    for (const { place, key, value: replacement, how } of edits) {
      const places = placesIn(copy);
      const chosen = places[place % places.length];
      if (chosen === undefined) continue;
      const [holder, name] = chosen;
      if (how === 'remove') Reflect.deleteProperty(holder, name);
      else set(holder, how === 'add' ? key : name, replacement);
    }
    // As it would be read from a file: whatever JSON cannot say is gone.
    return JSON.parse(JSON.stringify(copy)) as Record<string, unknown>;
  });
}

type Holder = Record<string, unknown>;

/** Every field and item, with what holds it. */
function placesIn(holder: Holder): [Holder, string][] {
  return Object.keys(holder).flatMap((name) => {
    const inner = holder[name];
    const below = typeof inner === 'object' && inner !== null ? placesIn(inner as Holder) : [];
    return [[holder, name] as [Holder, string], ...below];
  });
}

/** Also a field named `__proto__`, as JSON text may have one. */
function set(holder: Holder, name: string, replacement: unknown): void {
  const writable = { configurable: true, enumerable: true, writable: true };
  Object.defineProperty(holder, name, { value: structuredClone(replacement), ...writable });
}
