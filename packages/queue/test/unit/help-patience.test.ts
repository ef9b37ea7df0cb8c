import { expect, test } from 'vitest';
import { HelpPatience } from '../../src/file-store/help-patience.ts';

test('help that comes to nothing is put off ever longer, within bounds, and comes sooner where it pays', () => {
  const patience = new HelpPatience();
  expect(patience.wait_ms).toBe(10);
  patience.helped(false);
  expect(patience.wait_ms).toBe(20);
  for (let claim = 0; claim < 20; claim += 1) patience.helped(false);
  expect(patience.wait_ms).toBe(160);
  patience.helped(true);
  expect(patience.wait_ms).toBeLessThan(160);
  for (let claim = 0; claim < 100; claim += 1) patience.helped(true);
  expect(patience.wait_ms).toBe(10);
});
