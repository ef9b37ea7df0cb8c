import { Mutex, OwnerObserver, openOwnerSession, processIdentity } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { findToken, tokenName } from '../../../../packages/fs-atomic/src/mutex-token.ts';
import { FUZZED_ROOT, hostileFileSystem } from '../hostile-file-system.ts';
import { tolerating } from '../rules/errors.ts';
import { Violation, type Target } from '../target.ts';
import { validNames } from '../valid-names.ts';

const identity = processIdentity();
const DIRECTORY = `${FUZZED_ROOT}/locks/mutexes/retention`;

/** Names in a mutex's directory: one of them is the token, and the next generation must be a token too. */
export const mutexTokenTarget: Target = {
  name: 'mutex-token',
  about: 'tokens and generations of a mutex, and taking it',
  kind: 'memory',
  share: 1,
  material: (seed) => ({ seeds: validNames(seed).filter((_, index) => [5, 6].includes(index % 12)) }),
  async run(input) {
    const names = new TextDecoder().decode(input).split('\u0000');
    const fileSystem = hostileFileSystem({ names });
    const found = await findToken(DIRECTORY, { fileSystem });
    if (typeof found !== 'string') {
      if (!names.includes(found.name)) throw new Violation('token', `made up: ${JSON.stringify(found)}`);
      if (!Number.isSafeInteger(found.generation))
        throw new Violation('token', `generation ${found.generation}`);
      if (tokenName(found.generation, found.holder) !== found.name) throw new Violation('token', found.name);
    }
    await tolerating('take a mutex', () => take(names, found === 'none'));
  },
};

async function take(names: readonly string[], isTokenLost: boolean): Promise<void> {
  const clock = new ManualClock();
  const fileSystem = hostileFileSystem({ names });
  const [owners, ended] = [`${FUZZED_ROOT}/locks/owners`, `${FUZZED_ROOT}/locks/ended`];
  await using session = await openOwnerSession({
    directory: owners,
    lease_ms: 1_000,
    fileSystem,
    clock,
    identity,
  });
  const mutex = new Mutex({
    directory: DIRECTORY,
    temporaryDirectory: `${FUZZED_ROOT}/tmp`,
    durableRoot: FUZZED_ROOT,
    session: () => Promise.resolve(session),
    observer: new OwnerObserver({ directory: owners, endedDirectory: ended, fileSystem, clock, identity }),
    fileSystem,
    clock,
  });
  // Where there is no token, it is looked for until a second has gone by.
  const [hold] = await Promise.all([mutex.tryAcquire(), isTokenLost ? clock.advance(2_000) : undefined]);
  if (hold === null) return;
  const next = await findToken(DIRECTORY, {
    fileSystem: hostileFileSystem({ names: [tokenName(hold.generation, null)] }),
  });
  if (typeof next === 'string')
    throw new Violation(
      'token',
      `generation ${hold.generation} was taken, and its token is not understood again`,
    );
}
