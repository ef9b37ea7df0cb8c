import { describe, expect, it } from 'vitest';
import { FIRST_STATE } from '../../src/watch/screen-state.ts';
import type { ScreenState } from '../../src/watch/screen-state.ts';
import { box, fixedState, letter, look, NOW_MS, shown } from '../support/watch-look.ts';

const six = Array.from({ length: 6 }, (_, index) => box('inbox', `agent-${index}`, { ready: index }));
const quiet = (): ScreenState => {
  const { inspection } = look();
  const idle = { inspection: { ...inspection, boxes: six }, inHand: [], dead: [], events: [] };
  return { ...FIRST_STATE, look: idle, now_ms: NOW_MS };
};
const boxesIn = (lines: readonly string[]): number =>
  lines.filter((line) => /^. in(?:box)?\/agent-\d/.test(line)).length;

describe('where there is no room for all, the screen of watch', () => {
  it.each([40, 62, 80, 120])(
    'says of a paused agent that it is, however long its name, in %i columns',
    (columns) => {
      const { inspection, ...rest } = look();
      const names = ['coder', 'release-manager', 'r'.repeat(90)];
      const paused = {
        ...rest,
        inspection: {
          ...inspection,
          boxes: names.map((name) => box('inbox', name)),
          pauses: [{ agentId: null, pausedAt: '', pausedBy: null, note: null }],
        },
      };
      for (const line of shown({ ...fixedState(), look: paused }, columns, 24).slice(3, 6))
        expect(line).toMatch(/^. in(?:box)?\/\S+ +(?:‖|\(paused\)) +\d/);
    },
  );

  it('shows boxes rather than sections in which there is nothing', () => {
    const lines = shown(quiet(), 40, 14);
    expect(boxesIn(lines)).toBe(6);
    expect(lines.join('\n')).toMatch(
      /^ {2}BOX +READY[^]*^ {2}IN HAND {2}0\n {2}DEAD LETTERS {2}0\n {2}EVENTS$/m,
    );
    expect(boxesIn(shown(quiet(), 80, 11))).toBe(6);
    expect(shown(quiet(), 80, 11).join('\n')).not.toContain('EVENTS');
    // With room for all of it nothing gives way.
    expect(shown(quiet(), 80, 30).join('\n')).toMatch(
      /IN HAND {2}0\n {4}-\n\n {2}DEAD LETTERS {2}0\n {4}-\n\n {2}EVENTS/,
    );
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 18, 24, 30])(
    'shows as many boxes in %i rows as it says',
    (rows) => {
      for (const state of [
        quiet(),
        { ...fixedState(), look: { ...look(), inspection: quiet().look!.inspection } },
      ])
        for (const chosen of [0, 3, 5]) {
          const lines = shown({ ...state, chosen: { ...FIRST_STATE.chosen, boxes: chosen } }, 80, rows);
          const [, from = '1', to = '6'] = /BOX +(?:(\d)-(\d) of 6)?/.exec(lines.join('\n')) ?? [];
          const count = rows === 3 ? 1 : Number(to) - Number(from) + 1;
          expect(boxesIn(lines)).toBe(count);
          expect(count).toBeGreaterThanOrEqual(Math.min(3, rows - 3));
          expect(lines.some((line) => line.startsWith(`› inbox/agent-${chosen} `))).toBe(true);
          expect(lines).toHaveLength(rows);
        }
    },
  );

  it('keeps the section that the keys move in', () => {
    for (const rows of [3, 4, 6, 9, 12]) {
      const lines = shown({ ...fixedState(), section: 'dead letters' }, 80, rows);
      expect(
        lines.some((line) => line.startsWith('› port-parser')),
        `${rows}`,
      ).toBe(true);
    }
  });

  it('says which part of a list is shown where there is no room for all, and where more is', () => {
    const { inspection, dead, ...rest } = look();
    const eight = Array.from({ length: 8 }, (_, index) => box('inbox', `agent-${index}`, { dead: 3 }));
    const letters = Array.from({ length: 9 }, (_, index) => letter(`m-${index}`, 'rejected', 'no'));
    const many = { ...rest, dead: [...dead, ...letters], inspection: { ...inspection, boxes: eight } };
    const of = (chosen: number, columns = 80): string =>
      shown(
        { ...fixedState(), look: many, chosen: { ...FIRST_STATE.chosen, boxes: chosen } },
        columns,
        24,
      ).join('\n');
    expect(of(0)).toMatch(/^ {2}BOX {2}1-4 of 8 ↓ +READY/m);
    expect(of(4)).toMatch(/^ {2}BOX 3-6 of 8 ↑↓ +READY[^]*^› inbox\/agent-4/m);
    expect(of(7)).toMatch(/^ {2}BOX {2}5-8 of 8 ↑ +READY[^]*^› inbox\/agent-7/m);
    expect(of(0, 40)).toMatch(/^ {2}BOX 1-4\/8 ↓ +READY/m);
    expect(of(0)).toMatch(/^ {2}DEAD LETTERS {2}1-5 of 24 ↓$/m);
  });
});
