import { describe, expect, test } from 'vitest';
import { losePower } from '../src/power-loss.ts';
import { Random } from '../src/random.ts';
import { SimulatedDisk } from '../src/simulated-disk.ts';

const hello = new TextEncoder().encode('hello');

/** A disk with the durable directories /a and /b. */
function disk(): SimulatedDisk {
  const made = new SimulatedDisk();
  made.make('/a', 'directory', 0o700, 0);
  made.make('/b', 'directory', 0o700, 0);
  made.flushDirectory('/');
  return made;
}

function write(on: SimulatedDisk, path: string, flushed: boolean): void {
  const inode = on.make(path, 'file', 0o600, 0);
  on.append(inode, hello, 0);
  if (flushed) on.flushFile(inode);
}

/** What the disk shows after each of many crashes, each of a disk prepared anew. */
function outcomes(prepare: (on: SimulatedDisk) => void, splitsRenames = false): Set<string> {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    const crashed = disk();
    prepare(crashed);
    losePower(crashed, new Random(seed), undefined, splitsRenames);
    const files = [...crashed.files('/')].map(
      ({ path, inode }) => `${path}=${Buffer.from(inode.data).toString()}`,
    );
    seen.add(files.join(' '));
  }
  return seen;
}

describe('after a loss of power', () => {
  test('what was flushed, with its name, is there whatever else happened', () => {
    const seen = outcomes((on) => {
      write(on, '/a/kept', true);
      on.flushDirectory('/a');
      write(on, '/a/other', false);
    });
    expect(seen.size).toBeGreaterThan(1);
    for (const outcome of seen) expect(outcome).toContain('/a/kept=hello');
  });

  test('what was not flushed is lost, empty, torn, full of holes or there', () => {
    const seen = outcomes((on) => write(on, '/a/new', false));
    expect(seen).toContain('');
    expect(seen).toContain('/a/new=');
    expect(seen).toContain('/a/new=hell');
    expect(seen).toContain('/a/new=hel\0\0');
    expect(seen).toContain('/a/new=hello');
  });

  test('flushed content without a flushed name may be lost, and is whole if it is there', () => {
    expect(outcomes((on) => write(on, '/a/new', true))).toEqual(new Set(['', '/a/new=hello']));
  });

  test('a flush that failed is not made good by the next', () => {
    const seen = outcomes((on) => {
      const inode = on.make('/a/new', 'file', 0o600, 0);
      on.append(inode, hello, 0);
      inode.flushFailed = true;
      on.flushFile(inode);
      on.flushDirectory('/a');
    });
    expect(seen).toContain('/a/new=');
  });

  test.each(['/a/new', '/b/new'])(
    'a rename to %s leaves the old name or the new one, never both or none',
    (to) => {
      const seen = outcomes((on) => {
        write(on, '/a/old', true);
        on.flushDirectory('/a');
        on.rename('/a/old', to, 0);
      });
      expect(seen).toEqual(new Set(['/a/old=hello', `${to}=hello`]));
    },
  );

  test.each(['/a', '/b'])('a rename from /a to /b is settled by a flush of %s', (directory) => {
    const seen = outcomes((on) => {
      write(on, '/a/old', true);
      on.flushDirectory('/a');
      on.rename('/a/old', '/b/new', 0);
      on.flushDirectory(directory);
    });
    expect(seen).toEqual(new Set(['/b/new=hello']));
  });

  test('a rename over a file leaves the old content or the new, never none', () => {
    const seen = outcomes((on) => {
      write(on, '/a/name', true);
      write(on, '/b/next', true);
      on.append(on.get('/b/next', 'write'), hello, 0);
      on.flushFile(on.get('/b/next', 'fsync'));
      on.flushDirectory('/a');
      on.flushDirectory('/b');
      on.rename('/b/next', '/a/name', 0);
    });
    expect(seen).toEqual(new Set(['/a/name=hello /b/next=hellohello', '/a/name=hellohello']));
  });

  test('a directory whose own name was not flushed takes along what was flushed in it', () => {
    const seen = outcomes((on) => {
      on.make('/a/sub', 'directory', 0o700, 0);
      write(on, '/a/sub/file', true);
      on.flushDirectory('/a/sub');
    });
    expect(seen).toEqual(new Set(['', '/a/sub/file=hello']));
  });

  test('a removal that was not flushed may not have happened', () => {
    const seen = outcomes((on) => {
      write(on, '/a/file', true);
      on.flushDirectory('/a');
      on.remove('/a/file', 0);
    });
    expect(seen).toEqual(new Set(['', '/a/file=hello']));
  });

  test('operations in one directory may survive in any order', () => {
    const seen = outcomes((on) => {
      write(on, '/a/first', true);
      write(on, '/a/second', true);
    });
    expect(seen).toContain('/a/second=hello');
    expect(seen).toContain('/a/first=hello');
  });
});

describe('as POSIX has it', () => {
  test.each([
    ['EEXIST', (on: SimulatedDisk) => on.make('/a', 'directory', 0o700, 0)],
    ['ENOENT', (on: SimulatedDisk) => on.make('/none/file', 'file', 0o600, 0)],
    ['ENOENT', (on: SimulatedDisk) => on.rename('/a/none', '/b/none', 0)],
    ['ENOTEMPTY', (on: SimulatedDisk) => on.rename('/b', '/a', 0)],
    ['ENOTEMPTY', (on: SimulatedDisk) => on.removeDirectory('/a', 0)],
    ['EISDIR', (on: SimulatedDisk) => on.remove('/a', 0)],
    ['ENOTDIR', (on: SimulatedDisk) => on.removeDirectory('/a/file', 0)],
  ])('%s', (code, attempt) => {
    const on = disk();
    write(on, '/a/file', false);
    expect(() => attempt(on)).toThrow(expect.objectContaining({ code }));
  });
});

/** What a rename from one directory to the other leaves, without a journal, when these directories were flushed after it. */
function moved(flush: readonly string[]): Set<string> {
  return outcomes((on) => {
    write(on, '/a/old', true);
    on.flushDirectory('/a');
    on.rename('/a/old', '/b/new', 0);
    for (const directory of flush) on.flushDirectory(directory);
  }, true);
}

describe('without a journal, after a loss of power', () => {
  const [old, neu, both] = ['/a/old=hello', '/b/new=hello', '/a/old=hello /b/new=hello'];

  test('a renamed file is under both names, under either, or under none', () => {
    expect(moved([])).toEqual(new Set(['', old, neu, both]));
  });

  test('each name is settled by a flush of its own directory', () => {
    expect(moved(['/a'])).toEqual(new Set(['', neu]));
    expect(moved(['/b'])).toEqual(new Set([neu, both]));
    expect(moved(['/b', '/a'])).toEqual(new Set([neu]));
  });

  test('a file that was moved over another leaves the name with one of the two', () => {
    const seen = outcomes((on) => {
      write(on, '/b/name', true);
      on.flushDirectory('/b');
      const other = on.make('/b/aside', 'file', 0o600, 0);
      on.append(other, new TextEncoder().encode('other'), 0);
      on.flushFile(other);
      on.rename('/b/aside', '/b/name', 0);
    }, true);
    for (const outcome of seen) expect(outcome).toMatch(/\/b\/name=(?:hello|other)$/);
    expect(seen.size).toBeGreaterThan(1);
  });
});
