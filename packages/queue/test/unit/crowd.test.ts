import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crowd, type Member } from '../../src/crowd.ts';

interface Named extends Member {
  readonly name: string;
}

const named = (name: string): Named => ({ name, place: -1 });

test('a crowd has those that came and have not left, as a set would', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('comes', 'leaves'), fc.nat({ max: 9 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (taken) => {
      const all = Array.from({ length: 10 }, (_, index) => named(String(index)));
      const crowd = new Crowd<Named>();
      const set = new Set<Named>();
      for (const [step, index] of taken) {
        const one = all[index] ?? named('none');
        if (step === 'leaves') crowd.delete(one);
        else if (!set.has(one)) crowd.add(one);
        if (step === 'leaves') set.delete(one);
        else set.add(one);
        expect(crowd.size).toBe(set.size);
        expect(new Set(crowd)).toEqual(set);
        for (const other of all) expect(other.place >= 0).toBe(set.has(other));
      }
    }),
  );
});

test('whoever comes or leaves while a crowd is gone through changes nothing of that', () => {
  const crowd = new Crowd<Named>();
  const [first, second] = [named('first'), named('second')];
  crowd.add(first);
  crowd.add(second);
  const seen: string[] = [];
  for (const one of crowd) {
    seen.push(one.name);
    crowd.delete(one);
    crowd.add(named('late'));
  }
  expect(seen).toEqual(['first', 'second']);
  expect(Array.from(crowd, ({ name }) => name)).toEqual(['late', 'late']);
});
