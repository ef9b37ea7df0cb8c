import { spawn, type ChildProcess } from 'node:child_process';
import { readStory, type Story } from './story.ts';
import type { VictimSettings } from './victim.ts';

/** A victim that neither dies nor ends by then hangs. */
const patience_ms = 120_000;

const running = new Set<ChildProcess>();

/** Ends the victims that still run: for whoever ends before they did. */
export function endVictims(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs a victim to its end and returns its story. Throws when it ended in any other way than it was to. */
export async function runVictim(program: string, settings: VictimSettings): Promise<Story> {
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, patience_ms);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
  });
  clearTimeout(timer);
  running.delete(child);
  const what = `${settings.operation}, ${JSON.stringify(settings.death)}`;
  if (hangs) throw new Error(`The victim hangs: ${what}. ${complaints}`);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The victim failed: ${what}. ${complaints}`);
  const story = readStory(settings.story);
  if (story.ended !== (signal === null)) throw new Error(`The victim ended half-way: ${what}. ${complaints}`);
  return story;
}
