import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { liveBytes } from '../rules/memory.ts';
import { Violation, type Target } from '../target.ts';
import { goodTask } from './good-messages.ts';
import { quickFileSystem } from './watched-file-system.ts';
import { workplace } from './workplace.ts';

/** Good messages among the junk, half of them under names of their own. */
const GOOD = 40;
/** Beyond a share for each name that one listing may hold, in bytes. */
const ALLOWED_BYTES = 64 * 1_048_576;
const ALLOWED_PER_FILE_BYTES = 1_024;

/** Very many files that are no messages, and a few that are, in one inbox. */
export function junkTarget(files: number): Target {
  let told = '';
  return {
    name: 'junk',
    about: `${files} junk files in an inbox, good messages among them`,
    kind: 'disk',
    share: 0,
    material: () => ({ seeds: [] }),
    all: () => [new TextEncoder().encode(String(files))],
    report: () => told,
    async run(input) {
      const directory = mkdtempSync(join(workplace(), 'tapps-fuzz-'));
      try {
        told = await handleAmong(Number(new TextDecoder().decode(input)), join(directory, 'messages'));
      } finally {
        rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

async function handleAmong(files: number, root: string): Promise<string> {
  const queue = await openQueue({ root, agent: 'coder', retention: false, fileSystem: quickFileSystem() });
  try {
    await queue.registerAgent('coder');
    const inbox = join(root, 'inbox', 'coder');
    let junkMessages = 0;
    for (let index = 0; index < files; index += 1) junkMessages += addJunk(inbox, index) ? 1 : 0;
    for (let index = 0; index < GOOD; index += 2) {
      writeFileSync(join(inbox, `zz-good-${index}.json`), JSON.stringify(goodTask(`good-${index}`)));
      await queue.send(goodTask(`good-${index + 1}`));
    }
    const before = liveBytes();
    let most_bytes = 0;
    let good_ms = 0;
    const seen = new Set<string>();
    const began_ms = performance.now();
    const task_assignment = ({ message_id }: { readonly message_id: string }): void => {
      seen.add(message_id);
      if (seen.size === GOOD) good_ms = performance.now() - began_ms;
      if (seen.size % 10 === 0) most_bytes = Math.max(most_bytes, liveBytes() - before);
    };
    await queue.work({ task_assignment }, { untilEmpty: true }).done;
    const all_ms = performance.now() - began_ms;
    if (seen.size !== GOOD) throw new Violation('good ones stopped', `${seen.size} of ${GOOD} were handled`);
    const dead = (await queue.operations.inspect()).boxes.reduce((sum, box) => sum + box.dead, 0);
    if (dead !== junkMessages)
      throw new Violation('vanished', `${dead} of ${junkMessages} bad messages are dead letters`);
    most_bytes = Math.max(most_bytes, liveBytes() - before);
    if (most_bytes > ALLOWED_BYTES + files * ALLOWED_PER_FILE_BYTES)
      throw new Violation('memory grows', `${most_bytes} bytes for ${files} files`);
    return `${GOOD} good ones among ${files} handled after ${seconds(good_ms)} s, ${dead} bad ones quarantined after ${seconds(all_ms)} s, ${Math.round(most_bytes / 1_048_576)} MiB held at most`;
  } finally {
    await queue.close();
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

/** True for a file that counts as a message and is none: one in ten. The others are to be left alone. */
function addJunk(inbox: string, index: number): boolean {
  switch (index % 10) {
    case 0:
      writeFileSync(join(inbox, `junk-${index}.json`), '{"no": "message"');
      return true;
    case 1:
      mkdirSync(join(inbox, `directory-${index}.json`));
      return false;
    case 2:
      symlinkSync(`directory-${index - 1}.json`, join(inbox, `link-${index}.json`));
      return false;
    case 3:
      writeFileSync(join(inbox, `.hidden-${index}.json`), '');
      return false;
    case 4:
      writeFileSync(join(inbox, `half-${index}.tmp.json`), '{');
      return false;
    default:
      writeFileSync(join(inbox, `notes-${index}.txt`), 'not a message');
      return false;
  }
}
