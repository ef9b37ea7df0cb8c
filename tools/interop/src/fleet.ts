import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export type Language = 'python' | 'typescript';

/** Where the programs of both languages are. */
export interface Programs {
  /** `producer.js` and `consumer.js`, bundled. */
  readonly bundled: string;
  /** The folder of this tool. */
  readonly tool: string;
}

/** One process, and where it logs. */
export interface Member {
  readonly language: Language;
  readonly role: 'producer' | 'consumer';
  readonly log: string;
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly stderr: () => string;
  wasKilled: boolean;
}

/** Starts a producer (`args`: its name and its count) or a consumer (none). */
export function startMember(
  programs: Programs,
  language: Language,
  role: Member['role'],
  root: string,
  log: string,
  args: readonly string[] = [],
): Member {
  const all = [root, ...args, log];
  const examples = join(programs.tool, '../examples/python');
  const child =
    language === 'python'
      ? spawn('python3', [join(programs.tool, `python/${role}.py`), examples, ...all], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
      : spawn(process.execPath, [join(programs.bundled, `${role}.js`), ...all], {
          stdio: ['ignore', 'ignore', 'pipe'],
        });
  const parts: Buffer[] = [];
  child.stderr?.on('data', (part: Buffer) => parts.push(part));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    language,
    role,
    log,
    child,
    exited,
    stderr: () => Buffer.concat(parts).toString(),
    wasKilled: false,
  };
}
