import { describe, expect, it } from 'vitest';
import { FIRST_STATE } from '../../src/watch/screen-state.ts';
import { box, fixedState, letter, look, shown } from '../support/watch-look.ts';

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
