import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Declined } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import { Difference, jsonWith } from '../expectation.ts';
import { json, task } from '../message.ts';
import { VECTORS } from '../vectors.ts';

const LONG = 'aaaaaaaaaaaaa%hd49sjhvt8bv27';

/** Boxes with shortened names that tell nothing: a directory, and what is no JSON, in the place of the file. */
const UNREADABLE_NAMES = {
  [`inbox/${LONG}/.agent.json/`]: '',
  [`outbox/${LONG}/.agent.json/`]: '',
  'inbox/bbbbbbbbbbbbb%h0000000000000/.agent.json': '{"agent_',
  'outbox/bbbbbbbbbbbbb%h0000000000000/.agent.json': '{"agent_',
};

export const registeringCases: readonly Case[] = [
  {
    name: 'register',
    rules: ['R2', 'R18'],
    role: 'producer',
    title: 'Registering makes the inbox and the outbox.',
    before: registered(),
    run: async (bench) => {
      await bench.register('coder');
      const boxes = ['inbox', 'outbox'].map((box) => readdirSync(join(bench.root, box)).join());
      if (boxes.join() !== 'coder,coder')
        throw new Difference(`inbox and outbox hold ${boxes.join(' and ')}`);
    },
    after: {},
  },
  {
    name: 'register-again',
    rules: ['R18'],
    role: 'producer',
    title: 'Registering again changes nothing.',
    before: { ...registered('coder'), 'inbox/coder/a.json': json(task()) },
    run: (bench) => bench.register('coder'),
    after: { 'inbox/coder/a.json': json(task()) },
  },
  {
    name: 'register-vectors',
    rules: ['R8'],
    role: 'producer',
    title: 'Every agent name of the test vectors gets its directory.',
    before: registered(),
    run: async (bench) => {
      const agents = VECTORS.filter(({ kind, id }) => kind === 'agent' && id.length < 29);
      await bench.register(...agents.map(({ id }) => id));
      const found = new Set(readdirSync(join(bench.root, 'inbox')));
      for (const { id, segment } of agents) {
        if (!found.delete(segment))
          throw new Difference(`${JSON.stringify(id)} is not registered as inbox/${segment}`);
      }
      if (found.size > 0) throw new Difference(`it made ${[...found].join(', ')} too`);
    },
  },
  {
    name: 'register-without-normalization',
    rules: ['R8'],
    role: 'producer',
    title: 'Names that look alike and have other bytes are other agents, side by side.',
    before: registered(),
    run: async (bench) => {
      await bench.register('caf\u00e9', 'cafe\u0301');
      const found = readdirSync(join(bench.root, 'inbox')).toSorted();
      if (!isDeepStrictEqual(found, ['cafe%cc%81', 'caf%c3%a9'].toSorted()))
        throw new Difference(`the inboxes are ${found.join(', ')} instead of caf%c3%a9 and cafe%cc%81`);
      await bench.publish({ assigned_to: 'cafe\u0301' });
    },
    after: { 'inbox/cafe%cc%81/{any}.json': jsonWith({ assigned_to: 'cafe\u0301' }) },
  },
  {
    name: 'register-long-name',
    rules: ['R8', 'R10'],
    role: 'producer',
    title: 'A name that is too long for a segment is kept beside the messages.',
    before: registered(),
    run: (bench) => bench.register('a'.repeat(29)),
    after: {
      [`inbox/${LONG}/.agent.json`]: jsonWith({ agent_id: 'a'.repeat(29) }),
      [`outbox/${LONG}/.agent.json`]: jsonWith({ agent_id: 'a'.repeat(29) }),
    },
    mayDecline: true,
  },
  {
    name: 'register-name-taken',
    rules: ['R10'],
    role: 'producer',
    title: 'A name whose shortened form is another agent’s is refused.',
    before: {
      ...registered(LONG),
      [`inbox/${LONG}/.agent.json`]: '{"agent_id": "somebody else"}',
      [`outbox/${LONG}/.agent.json`]: '{"agent_id": "somebody else"}',
    },
    run: (bench) => bench.registerRefused(['a'.repeat(29)]),
    after: {
      [`inbox/${LONG}/.agent.json`]: '{"agent_id": "somebody else"}',
      [`outbox/${LONG}/.agent.json`]: '{"agent_id": "somebody else"}',
    },
  },
  {
    name: 'list-agents',
    rules: ['R9', 'R10', 'R18'],
    role: 'producer',
    title:
      'The agents are those whose directory is what their name is encoded as; a shortened name is read beside the messages.',
    before: {
      ...registered(
        'coder',
        '%43oder',
        'Upper',
        '%63oder',
        '%4',
        '%ff',
        '%01',
        LONG,
        'bbbbbbbbbbbbb%hd49sjhvt8bv27',
      ),
      [`inbox/${LONG}/.agent.json`]: JSON.stringify({ agent_id: 'a'.repeat(29) }),
      'inbox/bbbbbbbbbbbbb%hd49sjhvt8bv27/.agent.json': JSON.stringify({ agent_id: 'a'.repeat(29) }),
      'inbox/file': 'no directory',
    },
    run: async (bench) => {
      const found = await bench.agents();
      const expected = ['Coder', 'a'.repeat(29), 'coder'];
      if (!isDeepStrictEqual(new Set(Array.isArray(found) ? (found as unknown[]) : []), new Set(expected)))
        throw new Difference(
          `agents: it listed ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`,
        );
    },
    mayDecline: true,
  },
  {
    name: 'list-agents-past-the-unreadable',
    rules: ['R10'],
    role: 'producer',
    title: 'A box that does not tell whose it is keeps nobody from the others.',
    before: registered('coder'),
    run: async (bench) => {
      await bench.agents(); // A program that cannot list declines here; one that can has to, whatever comes.
      bench.plant(UNREADABLE_NAMES);
      const found = await bench.agents().catch((error: unknown) => {
        throw error instanceof Declined ? new Difference(error.message) : error;
      });
      if (!isDeepStrictEqual(found, ['coder']))
        throw new Difference(`agents: it listed ${JSON.stringify(found)} instead of ["coder"]`);
    },
    mayDecline: true,
  },
  {
    name: 'publish-past-the-unreadable',
    rules: ['R10'],
    role: 'producer',
    title: 'Mail goes to others where a box does not tell whose it is.',
    before: { ...registered('coder'), ...UNREADABLE_NAMES },
    run: async (bench) => {
      await bench.publish();
      await bench.publishRefused({ assigned_to: 'codr' });
    },
    after: { 'inbox/coder/{any}.json': jsonWith({ assigned_to: 'coder' }) },
  },
  {
    name: 'register-no-name',
    rules: ['R8', 'R74'],
    role: 'producer',
    title: 'What is no id is no agent.',
    before: registered(),
    run: async (bench) => {
      await bench.registerRefused(['a\u0007b']);
      await bench.registerRefused(['']);
      const found = readdirSync(bench.root);
      if (found.includes('inbox') && readdirSync(join(bench.root, 'inbox')).length > 0)
        throw new Difference('it made an inbox');
    },
  },
  {
    name: 'register-not-utf8',
    rules: ['R8', 'R74'],
    role: 'producer',
    title: 'Bytes that are no UTF-8 are no name.',
    before: registered(),
    run: async (bench) => {
      // A byte that no argument of this kit can hold is added by the shell.
      await bench.registerRefused([], String.raw`set -- "$@" "$(printf 'a\377b')";`);
      const found = readdirSync(bench.root);
      if (found.includes('inbox') && readdirSync(join(bench.root, 'inbox')).length > 0)
        throw new Difference('it made an inbox');
    },
    skip: process.platform === 'win32' ? 'arguments are no bytes on Windows' : null,
  },
];
