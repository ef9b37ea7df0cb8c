import { registered, type Case } from '../case.ts';
import { FIND_MS } from '../consumer.ts';
import { Difference } from '../expectation.ts';
import { leased, ledger } from '../file-name.ts';
import { json, task } from '../message.ts';
import { reasonWith } from './quarantine.ts';

/** Times that are moments in UTC, each with what it is cut to. */
const GOOD: Readonly<Record<string, string>> = {
  '2026-01-09T12:30:15Z': '2026-01-09T12:30:15.000Z',
  '2026-01-09T12:30:15.1Z': '2026-01-09T12:30:15.100Z',
  '2026-01-09T12:30:15.999999999Z': '2026-01-09T12:30:15.999Z',
  '2026-01-09T12:30:15+00:00': '2026-01-09T12:30:15.000Z',
  '2026-01-09T00:00:00Z': '2026-01-09T00:00:00.000Z',
  '2026-12-31T23:59:59.5Z': '2026-12-31T23:59:59.500Z',
  '2024-02-29T12:00:00Z': '2024-02-29T12:00:00.000Z',
  '2000-02-29T12:00:00Z': '2000-02-29T12:00:00.000Z',
  '0000-01-01T00:00:00Z': '0000-01-01T00:00:00.000Z',
  '0000-02-29T12:00:00Z': '0000-02-29T12:00:00.000Z',
  '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
};

/** What is none, with the reason. */
const BAD: Readonly<Record<string, string>> = {
  'a small t': '2026-01-09t12:30:15Z',
  'a small z': '2026-01-09T12:30:15z',
  'a blank for the T': '2026-01-09 12:30:15Z',
  'ten digits of a fraction': '2026-01-09T12:30:15.1234567891Z',
  'a fraction without digits': '2026-01-09T12:30:15.Z',
  'a comma': '2026-01-09T12:30:15,5Z',
  'a leap second': '2016-12-31T23:59:60Z',
  'a 61st minute': '2026-01-09T12:60:15Z',
  'a 25th hour': '2026-01-09T24:00:00Z',
  'no seconds': '2026-01-09T12:30Z',
  'no zone': '2026-01-09T12:30:15',
  'minus nought': '2026-01-09T12:30:15-00:00',
  'an offset without a colon': '2026-01-09T12:30:15+0000',
  'an offset of hours': '2026-01-09T12:30:15+00',
  'a day 0': '2026-01-00T12:30:15Z',
  'a day 31 of April': '2026-04-31T12:30:15Z',
  'a 29 February of 2026': '2026-02-29T12:30:15Z',
  'a 29 February of 1900': '1900-02-29T12:30:15Z',
  'a month 0': '2026-00-09T12:30:15Z',
  'a month 13': '2026-13-09T12:30:15Z',
  'a year of five digits': '+12026-01-09T12:30:15Z',
  'other digits': '２０２６-01-09T12:30:15Z',
  'a blank before it': ' 2026-01-09T12:30:15Z',
  'a line break behind it': '2026-01-09T12:30:15Z\n',
  nothing: '',
};

/** The tables are written by hand: what a library takes for a time is not asked. */
export const timesCases: readonly Case[] = [
  {
    name: 'read-times',
    rules: ['R12', 'R22', 'R23'],
    role: 'consumer',
    title: 'Every moment in UTC is a time, from the year 0000 on; the stamp is cut from it.',
    before: registered('coder'),
    run: async (bench) => {
      const consumer = bench.open();
      const contents: Record<string, string> = {};
      for (const [index, [created_at, cut]] of Object.entries(GOOD).entries()) {
        const [id, content] = [`m-${index}`, json(task({ message_id: `m-${index}`, created_at }))];
        bench.plant({ 'inbox/coder/a.json': content });
        const held = await consumer.tryClaim(FIND_MS);
        if (held === null) throw new Difference(`claim: ${created_at} is a time, and was not handed out`);
        bench.expect({ ...contents, [leased({ id, created_at: cut, d: 1 })]: content });
        await consumer.do('ack', { lease: held.lease });
        contents[ledger(id)] = content;
      }
    },
  },
  {
    name: 'invalid-times',
    rules: ['R12', 'R37'],
    role: 'consumer',
    title: 'What is no moment in UTC, in the form of RFC 3339 that R12 takes, is no time.',
    before: registered('coder'),
    run: async (bench) => {
      const ids = new Map(Object.keys(BAD).map((what, index) => [`m-${index}`, what]));
      for (const [id, what] of ids)
        bench.plant({
          [`inbox/coder/${id}.json`]: json(
            task({ message_id: id, created_at: BAD[what], agent_id: 'coder' }),
          ),
        });
      const consumer = bench.open();
      const letters = () => [...bench.survey()].filter(([path]) => path.endsWith('.reason.json'));
      // Each is flushed to the disk, which may take its time.
      for (let look = 0; look < 50 && letters().length < ids.size; look += 1) {
        const held = await consumer.tryClaim();
        if (held === null) continue;
        const { message_id, created_at } = held.message;
        throw new Difference(
          `claim: it handed out a time with ${ids.get(String(message_id))}: ${String(created_at)}`,
        );
      }
      const judge = reasonWith('invalid_schema') as (content: Buffer, path: string) => string | undefined;
      for (const [path, content] of letters()) {
        const fault = judge(content, path);
        if (fault !== undefined) throw new Difference(`${path}: ${fault}`);
      }
      if (letters().length !== ids.size)
        throw new Difference(`of ${ids.size} messages ${letters().length} became dead letters`);
    },
  },
  {
    name: 'refuse-times',
    rules: ['R12', 'R74'],
    role: 'producer',
    title: 'What is no moment in UTC is not sent as created_at.',
    before: registered('coder'),
    run: async (bench) => {
      for (const [what, created_at] of Object.entries(BAD)) {
        const { code } = await bench.publishing({ created_at });
        if (code === 0) throw new Difference(`publish: with ${what} it should have refused: ${created_at}`);
      }
    },
    after: {},
  },
];
