import { describe, expect, it } from 'vitest';
import type { OperationRecord } from '../../src/index.ts';
import { actedOn } from '../../src/operating/resumption.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 9, 12, 0, second)).toISOString();
const traced = (second: number, isMove = true) => ({ at_ms: Date.parse(at(second)), isMove });

/** Begun by ann at 0 s, gone on with by bob at 10 s and by cid at 20 s, ended at 30 s. */
const RECORD: OperationRecord = {
  id: '20260109T120000_000Z-000000',
  kind: 'replay',
  by: 'ann',
  startedAt: at(0),
  endedAt: at(30),
  asked: {},
  total: 3_000,
  parts: 6,
  next: { part: 6, index: 0 },
  tally: { replayed: 3_000 },
  resumptions: [
    { by: 'bob', at: at(10), done: 700, isExact: true },
    { by: 'cid', at: at(20), done: 1_300, isExact: false },
  ],
};
const names = ({ runs }: ReturnType<typeof actedOn>): string[] => runs.map(({ by }) => by);

describe('who acted on a message', () => {
  it('is told by its place in the set', () => {
    expect(names(actedOn(RECORD, 699, null))).toEqual(['ann']);
    expect(names(actedOn(RECORD, 700, null))).toEqual(['bob']);
    expect(actedOn(RECORD, 1_299, null).runs).toEqual([{ by: 'bob', from: at(10), to: at(20) }]);
    expect(actedOn(RECORD, 2_999, null).runs).toEqual([{ by: 'cid', from: at(20), to: at(30) }]);
  });

  it('is one of two where the first was killed and may have done more than its record says', () => {
    expect(names(actedOn(RECORD, 1_300, null))).toEqual(['bob', 'cid']);
    expect(names(actedOn(RECORD, 1_499, null))).toEqual(['bob', 'cid']);
    expect(names(actedOn(RECORD, 1_500, null))).toEqual(['cid']);
    expect(names(actedOn(RECORD, null, null))).toEqual(['ann', 'bob', 'cid']);
  });

  it('is told by the moment of the move', () => {
    expect(actedOn(RECORD, 1_300, traced(15))).toMatchObject({ runs: [{ by: 'bob' }], movedAt: at(15) });
    expect(actedOn(RECORD, 1_300, traced(25))).toMatchObject({ runs: [{ by: 'cid' }], movedAt: at(25) });
    // The moments of files lag a little behind.
    expect(actedOn(RECORD, 1_300, { at_ms: Date.parse(at(20)) - 5, isMove: true })).toMatchObject({
      runs: [{ by: 'bob' }, { by: 'cid' }],
      movedAt: null,
    });
  });

  it('is not told by the moment at which a reason was kept by who went on', () => {
    expect(actedOn(RECORD, 1_300, traced(15, false))).toMatchObject({
      runs: [{ by: 'bob' }],
      movedAt: at(15),
    });
    expect(actedOn(RECORD, 1_300, traced(25, false))).toMatchObject({
      runs: [{ by: 'bob' }, { by: 'cid' }],
      movedAt: null,
    });
    expect(actedOn(RECORD, 1_500, traced(25, false))).toMatchObject({
      runs: [{ by: 'cid' }],
      movedAt: at(25),
    });
  });

  it('takes nothing from moments that cannot be, as of files that were copied, or none', () => {
    for (const second of [-60, 60, 5])
      expect(actedOn(RECORD, 700, traced(second))).toMatchObject({ runs: [{ by: 'bob' }], movedAt: null });
    const unknown = { at_ms: null, isMove: true };
    expect(actedOn(RECORD, 700, unknown)).toMatchObject({ runs: [{ by: 'bob' }], movedAt: null });
  });

  it('is not told where those before are forgotten, nor when of what is under way', () => {
    expect(names(actedOn({ ...RECORD, forgottenResumptions: 1 }, 0, null))).toEqual(['']);
    const underWay = actedOn({ ...RECORD, endedAt: null }, 2_000, null);
    expect(underWay.runs).toEqual([{ by: 'cid', from: at(20), to: null }]);
  });
});
