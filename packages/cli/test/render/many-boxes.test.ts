import type { Inspection } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { boxes } from '../../src/render/boxes.ts';
import { box, look, NOW_MS, plain } from '../support/watch-look.ts';

const WIDE = { columns: 80, style: plain, program: 'tapps-mq', now_ms: NOW_MS };

/** Boxes of so many agents, of which 3 has a dead letter, 5 something ready, 7 finished something, and 9 cannot be listed. */
function inspection(count: number): Inspection {
  const fields = [
    [3, { dead: 1 }],
    [5, { ready: 2, oldestReady_ms: 1_000 }],
    [7, { finished: 4 }],
    [9, { unlisted: ['ready' as const] }],
  ] as const;
  const special = new Map<number, object>(fields);
  return {
    ...look().inspection,
    boxes: Array.from({ length: count }, (_, index) => box('inbox', `a${index}`, special.get(index) ?? {})),
  };
}

function names(text: string): readonly string[] {
  return [...text.matchAll(/^inbox\/(\w+)/gm)].map(([, name = '']) => name);
}

it('shows of many boxes on a terminal first those in which something is wrong, and none that is quiet', () => {
  const text = String(boxes(inspection(400), { ...WIDE, wrapAt: 80 }));
  expect(names(text)).toEqual(['a3', 'a9', 'a5', 'a7']);
  expect(text.split('\n').slice(-3)).toEqual([
    '  - 400 boxes: something is wrong in 2, shown first; 396 in which nothing is or',
    '    was lately are not shown. All, in their order:',
    '    tapps-mq inspect --all',
  ]);
});

function order(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `a${index}`);
}

it('shows all of few, all in a pipe, and all where that is asked for', () => {
  expect(names(String(boxes(inspection(20), { ...WIDE, wrapAt: 80 })))).toEqual(order(20));
  expect(names(String(boxes(inspection(400), WIDE)))).toEqual(order(400));
  expect(names(String(boxes(inspection(400), { ...WIDE, wrapAt: 80 }, { all: true })))).toEqual(order(400));
  const healthy = { ...inspection(30), boxes: inspection(3).boxes.concat(inspection(30).boxes.slice(20)) };
  expect(
    String(boxes({ ...healthy, boxes: [...healthy.boxes, ...healthy.boxes] }, { ...WIDE, wrapAt: 200 })),
  ).toBe(
    '  - 26 boxes: nothing is wrong; 26 in which nothing is or was lately are not shown. All, in their order: tapps-mq inspect --all',
  );
});
