import { expect, test } from 'vitest';
import { readOptions } from '../src/options.ts';

test.each([
  [['--only', 'message', '--inputs', '0'], 'message: give it some with --inputs'],
  [['--only', 'message,tree', '--disk', '0'], 'tree: give it some with --disk'],
  [['--target', 'tree', '--inputs', '0'], 'tree: give it some with --disk'],
  [['--plant', 'type error', '--inputs', '0'], ': give it some with --inputs'],
])('%j would try nothing of what it names, and is refused', (argv, saying) => {
  expect(() => readOptions(argv)).toThrow(saying);
});

test.each([
  [['--only', 'message', '--disk', '0']],
  [['--only', 'special-files', '--inputs', '0']], // It has so many inputs, whatever is asked for.
  [['--inputs', '0', '--disk', '80']],
  [['--inputs', '30000', '--disk', '0']],
  [['--target', 'message', '--inputs', '0', '--index', '7']],
])('%j tries something of what it names', (argv) => {
  expect(readOptions(argv).targets.length).toBeGreaterThan(0);
});

test('without a worker nobody would try anything', () => {
  expect(() => readOptions(['--workers', '0'])).toThrow(
    '--workers must be a whole number from 1 up; got "0".',
  );
});
