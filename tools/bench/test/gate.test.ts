import { expect, test } from 'vitest';
import { Gate } from '../src/gate.ts';

test('lets as many through as it was opened for, and keeps the others for the next time', async () => {
  const gate = new Gate();
  const first = gate.open(1);
  expect(gate.enter()).toBeUndefined();
  const late = gate.enter();
  expect(late).toBeInstanceOf(Promise);
  gate.passed();
  await first;
  const second = gate.open(1);
  await late;
  gate.passed();
  await second;
});
