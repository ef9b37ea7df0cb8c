import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
  /** Lines that a predecessor had logged there. */
  readonly linesBefore: number;
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly stderr: () => string;
  wasKilled: boolean;
  /** It was told to stop. */
  wasTold: boolean;
}

/** Whether it has not ended, as far as is known yet. */
export function isRunning({ child }: Member): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Whether it runs and has logged something. */
export function isAtWork(member: Member): boolean {
  return isRunning(member) && linesOf(member.log).length > member.linesBefore;
}

/** Whole lines only: the last of a killed process may be cut. */
export function linesOf(log: string): string[] {
  try {
    return readFileSync(log, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
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
  const linesBefore = linesOf(log).length;
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
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return {
    language,
    role,
    log,
    linesBefore,
    child,
    exited,
    stderr: () => Buffer.concat(parts).toString(),
    wasKilled: false,
    wasTold: false,
  };
}
