import { describe, expect, it } from 'vitest';
import { safe } from '../../src/render/safe-text.ts';
import { styleFor } from '../../src/render/style.ts';
import { table } from '../../src/render/table.ts';

const plain = styleFor(false);
const COLUMNS = [{ title: 'ID' }, { title: 'READY', align: 'right' }, { title: 'BY' }] as const;
const ID = '0197a2b4-0000-7000-8000-000000000001';

describe('table', () => {
  it('aligns columns under their titles, with notes across them', () => {
    const rows = [
      {
        cells: [safe`a`, safe`1`, safe`x`],
        notes: [safe`  note one`, safe`  note two, longer than the whole table is wide`],
      },
      { cells: [safe`bb`, safe`22`, safe`y`] },
    ];
    expect(String(table(COLUMNS, rows, 80, plain)).split('\n')).toEqual([
      'ID  READY  BY',
      'a       1  x',
      '  note one',
      '  note two, longer than the whole table is wide',
      'bb     22  y',
    ]);
  });

  it('puts several lines of one cell below each other', () => {
    const rows = [{ cells: [safe`a`, safe`1`, safe`x\ny`] }];
    expect(String(table(COLUMNS, rows, 80, plain)).split('\n')).toEqual([
      'ID  READY  BY',
      'a       1  x',
      '           y',
    ]);
  });

  it('measures wide characters as terminals do', () => {
    const rows = [
      { cells: [safe`${'日本'}`, safe`1`, safe`x`] },
      { cells: [safe`${'abcd'}`, safe`1`, safe`x`] },
    ];
    const [, wide, narrow] = String(table(COLUMNS, rows, 80, plain)).split('\n');
    expect(wide).toBe('日本      1  x');
    expect(narrow).toBe('abcd      1  x');
  });

  it('never breaks an id: without room, rows become paragraphs', () => {
    const rows = [
      { cells: [safe`${ID}`, safe`1`, safe`x\ny`], notes: [safe`  note`] },
      { cells: [safe`b`, safe`2`, safe`z`] },
    ];
    expect(String(table(COLUMNS, rows, 40, plain)).split('\n')).toEqual([
      `ID     ${ID}`,
      'READY  1',
      'BY     x',
      '       y',
      '  note',
      '',
      'ID     b',
      'READY  2',
      'BY     z',
    ]);
  });

  it('fits exactly, or not at all', () => {
    const rows = [{ cells: [safe`${ID}`, safe`1`, safe`x`] }];
    const width = 36 + 2 + 5 + 2 + 2;
    expect(String(table(COLUMNS, rows, width, plain)).split('\n')).toHaveLength(2);
    expect(String(table(COLUMNS, rows, width - 1, plain)).split('\n')).toHaveLength(3);
  });
});
