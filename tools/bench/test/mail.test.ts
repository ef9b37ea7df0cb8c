import { expect, test } from 'vitest';
import { NO_MAIL, withMail } from '../src/mail.ts';

test('of mail that came in turns all is counted, and the longest wait of all is told', () => {
  const first = withMail(NO_MAIL, { late: 1, missed: 0, slowest_ms: 80 });
  const second = withMail(first, { late: 1, missed: 1, slowest_ms: 300 });
  expect(withMail(second, { late: 0, missed: 0, slowest_ms: 4 })).toEqual({
    late: 2,
    missed: 1,
    slowest_ms: 300,
  });
});
