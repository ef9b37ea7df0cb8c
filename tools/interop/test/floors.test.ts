import { expect, test } from 'vitest';
import { faultOfEnding, type Ending } from '../src/endings.ts';
import { shortfalls } from '../src/floors.ts';

const asked = { messages: 2_000, copies: 200, kills: 6 };
const enough = {
  handled: { python: 40, typescript: 1_960 },
  duplicates: 200,
  killed: { consumer: 5, producer: 1 },
};

test('what both languages had a part in, with all kills that were asked for, is enough', () => {
  expect(shortfalls(enough, asked)).toEqual([]);
  const unharmed = { ...enough, duplicates: 0, killed: { consumer: 0, producer: 0 } };
  expect(shortfalls(unharmed, { ...asked, copies: 0, kills: 0 })).toEqual([]);
});

test.each([
  [
    'messages of one language',
    { handled: { python: 39, typescript: 1_961 } },
    '39 messages handled by Python',
  ],
  [
    'messages of the other',
    { handled: { python: 1_961, typescript: 39 } },
    '39 messages handled by TypeScript',
  ],
  ['copies', { duplicates: 199 }, '199 copies dropped'],
  ['kills', { killed: { consumer: 3, producer: 2 } }, '5 processes killed'],
  ['kills of consumers', { killed: { consumer: 0, producer: 6 } }, '0 of them consumers'],
  ['kills of producers', { killed: { consumer: 6, producer: 0 } }, '0 of them producers'],
])('too few %s are told', (_what, changes, saying) => {
  const found = shortfalls({ ...enough, ...changes }, asked);
  expect(found).toEqual([expect.stringContaining(saying)]);
});

const consumer: Ending = {
  language: 'python',
  role: 'consumer',
  wasKilled: false,
  wasTold: true,
  end: 0,
  hadBegun: true,
};
const producer: Ending = { ...consumer, role: 'producer', wasTold: false };

test.each<[string, Ending]>([
  ['a consumer that was told to stop and did', consumer],
  ['one that was told so before it listened', { ...consumer, end: 'SIGTERM', hadBegun: false }],
  ['one that was killed', { ...consumer, wasTold: false, wasKilled: true, end: 'SIGKILL' }],
  ['a producer that has sent everything', producer],
  ['one that was told to stop before that', { ...producer, wasTold: true, end: 'SIGTERM' }],
])('%s ended as it had to', (_who, ending) => {
  expect(faultOfEnding(ending)).toBeNull();
});

test.each<[string, Ending, string]>([
  ['a consumer that ends by itself', { ...consumer, wasTold: false }, 'ended with 0, and nobody had told'],
  ['one that ends with another code', { ...consumer, end: 1 }, 'consumer in python ended with 1'],
  ['one that does not listen', { ...consumer, end: 'SIGTERM' }, 'ended with SIGTERM'],
  ['one that ends by a signal', { ...consumer, wasTold: false, end: 'SIGSEGV' }, 'ended with SIGSEGV'],
  ['a producer that fails', { ...producer, end: 1 }, 'producer in python ended with 1'],
])('%s is a fault', (_who, ending, saying) => {
  expect(faultOfEnding(ending)).toContain(saying);
});
