import stringWidth from 'string-width';
import { describe, expect, it, vi } from 'vitest';
import { boxes } from '../../src/render/boxes.ts';
import { bar, fitted } from '../../src/watch/screen-text.ts';
import { afterLook, FIRST_STATE, MOST_EVENTS, MOST_RATES } from '../../src/watch/screen-state.ts';
import { inReadme } from '../support/readme-screen.ts';
import { box, entry, fixedState, letter, look, NOW_MS, plain, shown } from '../support/watch-look.ts';

describe('the screen of watch', () => {
  it('is in the README as it is, in 80 columns', () => {
    expect(inReadme('watch')).toBe(shown(fixedState(), 80, 24).join('\n'));
  });

  it('shows what inspect shows, which the README has as well', () => {
    const layout = { columns: 80, wrapAt: 80, style: plain, program: 'tapps-mq', now_ms: NOW_MS };
    expect(inReadme('inspect')).toBe(String(boxes(look().inspection, layout)));
  });

  it.each([
    [80, 24],
    [200, 50],
    [60, 14],
    [40, 10],
    [20, 5],
  ])('is never larger than %i columns and %i rows', (columns, rows) => {
    for (const state of [
      FIRST_STATE,
      fixedState(),
      { ...fixedState(), overlay: { kind: 'help' } as const },
    ]) {
      const lines = shown(state, columns, rows);
      expect(lines.length).toBeLessThanOrEqual(rows);
      if (columns >= 40) for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('keeps what matters in 40 columns: what waits, what is in hand, what died, since when', () => {
    const state = fixedState();
    const { inspection, dead, ...rest } = look();
    const unnamed = ['k8bire', '2m9x0q'].map((nonce) => ({
      ...letter('x', 'rejected', 'not JSON'),
      entry: {
        ...entry('x', 'dead'),
        messageId: null,
        entryId: `dlq/inbox/coder/20261129T123157_752Z_unidentified%hle0ib66ll30sv_unknown~p1.d1~${nonce}.json`,
      },
    }));
    const [first, ...others] = inspection.boxes;
    const big = { ...first!, ready: 123_456, oldestReady_ms: 98_765_000 };
    const shut = { ...box('inbox', 'tester', { unlisted: ['ready', 'dead'], dead: 3 }) };
    const pauses = [{ agentId: 'tester', pausedAt: '', pausedBy: null, note: null }];
    const narrow = {
      ...rest,
      dead: [...dead, ...unnamed],
      inspection: { ...inspection, pauses, boxes: [big, ...others, shut] },
    };
    expect(`\n${shown({ ...state, look: narrow }, 40, 24).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      tapps-mq …  44 done/min  live  14:03:22Z

        BOX          READY LEASED  DEAD OLDEST
      › in/coder      123k      2     2  1d 3h
        in/reviewer      3      0     0 1m 15s
        out/coder        5      0     0     3s
        in/tester  ‖     ?      0   >=3      ?

        IN HAND  2
        fix-login       #2  alive 2s ago, pid…
        add-tests       #1  alive 2s ago, pid…

        DEAD LETTERS  5
        port-parser    rejected         5m 12s
        upload-logs    exhausted        5m 12s
        …p1.d1~k8bire  rejected         5m 12s
        …p1.d1~2m9x0q  rejected         5m 12s

        EVENTS
        14:03:21Z died port-parser in inbox/…
        14:03:18Z taken add-tests in inbox/c…
        14:03:13Z arrived 3 in inbox/coder

      ↑↓ tab enter / p r  ? help  q quit
      "
    `);
    expect(shown({ ...state, overlay: { kind: 'help' } }, 40, 24).join('\n')).toMatchInlineSnapshot(`
      "tapps-mq …  44 done/min  live  14:03:22Z

        ↑ ↓ or k j choose a line; 1-5 of 8 ↓:
            more below
        PgUp PgDn ten lines; Home End, g G:
            either end
        / only what has these letters; esc:
            all; /! only boxes with trouble
        tab the next section: boxes, in hand,
            dead letters
        enter open the chosen box: its first
            messages; or the chosen message:
            content, why it died, history; esc
            closes it
        p pause the chosen agent, or resume it
        r replay the dead letter, or all of
            the chosen box; asks first
        space hold the screen still, or let it
            go on
        ?  this help
        q quit, also out of a replay (Ctrl-C
            quits too, with code 130)
        ‖  beside an agent: it is paused
      esc close  q quit"
    `);
  });

  it('shows a mark, not nothing, for what cannot be listed', () => {
    const shut = box('inbox', 'tester', { unlisted: ['ready', 'leased', 'dead'], leased: 2 });
    const { inspection, ...rest } = look();
    const lines = shown(
      { ...fixedState(), look: { ...rest, inspection: { ...inspection, boxes: [shut] } } },
      80,
      24,
    );
    expect(lines[3]).toMatch(/^› inbox\/tester +\? +\? +>=2 +\? +\? +0$/);
    const layout = { columns: 80, style: plain, program: 'tapps-mq', now_ms: NOW_MS };
    const unreadable = [{ place: 'inbox/tester', detail: 'Could not list inbox/tester (EACCES).' }];
    const table = String(boxes({ ...inspection, boxes: [shut], unreadable }, layout));
    expect(table.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^inbox\/tester +\? +\? +>=2 +\? +\? +0$/),
      '  ! not counted, as it cannot be looked at: Could not list inbox/tester (EACCES): tapps-mq doctor',
    ]);
  });

  it('shows how to answer a question, however long the name in it is', () => {
    const act = vi.fn<() => Promise<string>>();
    for (const [id, columns] of [
      ['m-0165', 40],
      ['dlq/inbox/coder/20261129T123157_752Z_unidentified%hle0ib66ll30sv_unknown~p1.d1~k8bire.json', 80],
    ] as const) {
      const overlay = { kind: 'question', text: `Replay ${id} to inbox/coder?`, act } as const;
      const last = shown({ ...fixedState(), overlay }, columns, 24).at(-1) ?? '';
      expect(last).toMatch(/^Replay \S+.*… {2}y yes {2}n no/);
      expect(stringWidth(last)).toBeLessThan(columns);
    }
  });

  it('has a help that is not cut at 80 columns', () => {
    for (const line of shown({ ...fixedState(), overlay: { kind: 'help' } }, 80, 24))
      expect(stringWidth(line)).toBeLessThanOrEqual(80);
  });

  it('lets no hostile text act on the terminal', () => {
    const text = shown(fixedState('\u001b]0;owned\u0007\u202e\n\u009b2J'), 200, 50).join('\n');
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain(String.raw`\u001b]0;owned`);
  });

  it('says of what was let go whether it is finished or waits again', () => {
    const state = fixedState();
    const [, taken] = state.events;
    const events = [null, 'finished' as const, 'handed_back' as const].map((how) => ({
      ...taken!,
      event: 'let_go' as const,
      how,
    }));
    for (const columns of [40, 80]) {
      const text = shown({ ...state, events }, columns, 24).join('\n');
      expect(text).toMatch(/handed back +add-tests[^]*finished +add-tests[^]*let go +add-tests/);
    }
  });

  it('keeps a bounded memory, however long it runs', () => {
    let state = FIRST_STATE;
    for (let round = 0; round < 500; round += 1) state = afterLook(state, look(), NOW_MS + round);
    expect([state.events.length, state.rates.length]).toEqual([MOST_EVENTS, MOST_RATES]);
  });
});

it('draws bars in eighths, and anything above nothing is seen', () => {
  expect([bar(0, 10, 4), bar(1, 1_000, 4), bar(5, 10, 4), bar(10, 10, 4), bar(9, 32, 1)]).toEqual([
    '',
    '▏',
    '██',
    '████',
    '▎',
  ]);
});

it('fits text of any width into columns', () => {
  expect(String(fitted('漢字漢字', 5))).toBe('漢字…');
  expect(String(fitted('ab', 4, 'right'))).toBe('  ab');
  expect(stringWidth(String(fitted('漢字漢字', 4)))).toBe(4);
});
