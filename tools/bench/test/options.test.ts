import { expect, test } from 'vitest';
import { commandOf, readOptions, UsageError } from '../src/options.ts';

const known = ['send', 'receive'];

test('sizes follow from the number of messages and --full', () => {
  const moderate = readOptions([], known);
  const full = readOptions(['--full'], known);
  const small = readOptions(['--messages', '200', '--no-peers'], known);
  if (moderate === 'help' || full === 'help' || small === 'help') throw new Error('Nobody asked for help.');
  expect(moderate.sizes.backlogs).toEqual([1_000, 10_000, 100_000]);
  expect(full.sizes.backlogs.at(-1)).toBe(1_000_000);
  expect(full.sizes.many).toBe(1_000_000);
  expect(small.sizes.many).toBe(1_000);
  expect(small.peers).toBe(false);
});

test.each([
  [['--only', 'send,recieve'], /--only takes send, receive; got "recieve"/],
  [['--messages', '1.5'], /--messages takes a whole number from 20 up/],
  [['--fast'], /--fast/],
  [['--profile', 'recieve'], /--profile takes send, send-many, send-full, receive, work; got "recieve"/],
  [['--calls', 'toString'], /--calls takes send, .*; got "toString"/],
  [['--calls', 'send', '--profile', 'send'], /two runs/],
])('%j is refused with what can be done', (parameters, message) => {
  expect(() => readOptions(parameters, known)).toThrow(UsageError);
  expect(() => readOptions(parameters, known)).toThrow(message);
});

test('--help asks for help', () => {
  expect(readOptions(['--help'], known)).toBe('help');
});

test('the command is shown without the file that the figures went to', () => {
  expect(commandOf(['--only', 'send', '--json', '/home/somebody/x.json', '--docs'])).toBe(
    'npm run bench -- --only send --docs',
  );
  expect(commandOf(['--json=/home/somebody/x.json'])).toBe('npm run bench');
});
