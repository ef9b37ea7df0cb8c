import { expect, test } from 'vitest';
import { nextStep } from '../src/next-step.ts';

const about = (command: string) => ({ agentId: undefined, path: undefined, command });

test('on a full disk it names what makes room, and where that had nothing to remove, what could go besides', () => {
  expect(nextStep('ERR_DISK_FULL', 'tapps-mq', about('purge'))).toBe(
    'tapps-mq gc   (what could go; --yes removes it)',
  );
  expect(nextStep('ERR_DISK_FULL', 'tapps-mq', about('gc'))).toContain(
    'gc --processed-max-age 1h --dlq --dead-max-age 1d',
  );
});
