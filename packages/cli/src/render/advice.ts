import type { BoxSummary, Inspection, Pause } from '@tapps-agents/queue';
import { shellWord } from '../shell-word.ts';
import { age } from './age.ts';
import { counted } from './counted.ts';
import { silence_ms } from './holder.ts';
import { pauseDetails, resumeCommand } from './pause.ts';

/** Something that is wrong or needs attention, and the command that mends it. */
export interface Advice {
  readonly level: 'info' | 'warning';
  readonly text: string;
  /** Null where no command of this program helps. */
  readonly command: string | null;
}

/** Ready messages that nobody takes for this long are worth a word. */
const NEGLECTED_AFTER_MS = 60_000;

/** What is wrong with one box, the most urgent first; empty when all is well. `program` begins the commands. */
export function adviceOnBox(
  box: BoxSummary,
  pauses: readonly Pause[],
  program: string,
  now_ms: number,
): readonly Advice[] {
  return [
    ...gone(box, program),
    ...silent(box, program, now_ms),
    ...paused(box, pauses, program, now_ms),
    ...dead(box, program),
    ...unregistered(box, program),
    ...neglected(box, pauses, program),
    ...unadopted(box),
  ];
}

/** Whether there is anything in a box that somebody should see to, or a part of it cannot be looked at. */
export function needsAttention(box: BoxSummary, advice: readonly Advice[]): boolean {
  return box.unlisted.length > 0 || advice.some(({ level }) => level === 'warning');
}

/** What is wrong with the queue as a whole. */
export function adviceOnQueue(inspection: Inspection, program: string, now_ms: number): readonly Advice[] {
  const everything = inspection.pauses.find(({ agentId }) => agentId === null);
  const advice: Advice[] = [...unreadable(inspection, program)];
  if (everything !== undefined) {
    const text = `everything is paused: no message is handed out${pauseDetails(everything, now_ms)}`;
    advice.push({ level: 'warning', text, command: resumeCommand(program, null) });
  }
  for (const pause of inspection.pauses) {
    const { agentId } = pause;
    if (agentId === null || inspection.boxes.some(({ box }) => box.agentId === agentId)) continue;
    const text = `${agentId}, which has no box, is paused${pauseDetails(pause, now_ms)}`;
    advice.push({ level: 'warning', text, command: resumeCommand(program, agentId) });
  }
  if (inspection.boxes.length === 0 && inspection.unreadable.length === 0) {
    advice.push({
      level: 'info',
      text: 'no agent is registered yet',
      command: `${program} agents register NAME`,
    });
  }
  if (inspection.temporary > 0) {
    const files = counted(inspection.temporary, 'temporary file');
    const text = `${files} in tmp/: being written, or left by a writer that died; workers remove what is untouched for an hour by themselves. To see whether it is that old`;
    advice.push({ level: 'info', text, command: `${program} doctor` });
  }
  return advice;
}

/** Of more than these the number alone is told. */
const MOST_UNREADABLE = 5;

function unreadable({ unreadable: parts }: Inspection, program: string): readonly Advice[] {
  const command = `${program} doctor`;
  const advice: Advice[] = parts.slice(0, MOST_UNREADABLE).map(({ detail }) => ({
    level: 'warning',
    text: `not counted, as it cannot be looked at: ${detail}`,
    command,
  }));
  const left = parts.length - advice.length;
  if (left > 0)
    advice.push({ level: 'warning', text: `the same of ${counted(left, 'other place')}`, command });
  return advice;
}

function gone({ box, holders }: BoxSummary, program: string): readonly Advice[] {
  return holders
    .filter(({ state, leases }) => state !== 'alive' && leases > 0)
    .map(({ leases, pid, host, owner, detached }) => ({
      level: 'warning',
      text: `${counted(leases, 'message')} ${detached ? 'taken by hand too long ago' : 'held by a process that is gone'} (${pid === null ? `owner ${owner}` : `pid ${pid}`}${host === null ? '' : ` on ${host}`}); the next consumer of this box takes ${leases === 1 ? 'it' : 'them'} over`,
      command: (box.kind === 'inbox' ? workCommand : collectCommand)(program, box.agentId),
    }));
}

function silent({ box, holders }: BoxSummary, program: string, now_ms: number): readonly Advice[] {
  return holders.flatMap((holder) => {
    const { leases, pid, host, owner, lease_ms = 0 } = holder;
    const silent_ms = silence_ms(holder, now_ms);
    if (silent_ms === null || leases === 0) return [];
    const who = `${pid === null ? `owner ${owner}` : `pid ${pid}`}${host === null ? '' : ` on ${host}`}`;
    const wake = pid === null ? '' : ` If it was stopped, kill -CONT ${pid} lets it go on.`;
    return [
      {
        level: 'warning' as const,
        text: `${counted(leases, 'message')} held by a process that has shown no sign of life for ${age(silent_ms)}, longer than its lease of ${age(lease_ms)} (${who}): it is stopped, or its computer sleeps or is overloaded.${wake} A consumer of this box takes ${leases === 1 ? 'it' : 'them'} over once it has seen that silence itself`,
        command: (box.kind === 'inbox' ? workCommand : collectCommand)(program, box.agentId),
      },
    ];
  });
}

function paused(
  { box }: BoxSummary,
  pauses: readonly Pause[],
  program: string,
  now_ms: number,
): readonly Advice[] {
  const own = pauses.find(({ agentId }) => agentId === box.agentId);
  if (own === undefined) return [];
  const command = resumeCommand(program, box.agentId);
  return [{ level: 'warning', text: `paused${pauseDetails(own, now_ms)}`, command }];
}

function dead(summary: BoxSummary, program: string): readonly Advice[] {
  if (summary.dead === 0) return [];
  const agent = shellWord(summary.box.agentId);
  const text = `${counted(summary.dead, 'dead letter')}; to see why`;
  return [{ level: 'warning', text, command: `${program} dlq --agent ${agent}` }];
}

function unregistered({ box, registered, ready, delayed }: BoxSummary, program: string): readonly Advice[] {
  if (box.kind !== 'inbox' || registered || ready + delayed === 0) return [];
  return [
    {
      level: 'warning',
      text: 'has messages, but no such agent is registered',
      command: `${program} agents register ${shellWord(box.agentId)}`,
    },
  ];
}

function neglected(summary: BoxSummary, pauses: readonly Pause[], program: string): readonly Advice[] {
  const { box, oldestReady_ms, holders } = summary;
  const isPaused = pauses.some(({ agentId }) => agentId === null || agentId === box.agentId);
  if (oldestReady_ms === null || oldestReady_ms < NEGLECTED_AFTER_MS || isPaused) return [];
  if (holders.some(({ state }) => state === 'alive')) return [];
  // Since they were made, not since they are here: one that was replayed, or was sent late, has been elsewhere.
  const waiting = `ready messages are up to ${age(oldestReady_ms)} old and nobody holds any`;
  if (box.kind === 'inbox') return [neglectedInbox(summary, waiting, program)];
  return [
    {
      level: 'info',
      text: `${waiting}; is the orchestrator running that collects them? To take one by hand`,
      command: collectCommand(program, box.agentId),
    },
  ];
}

/** The types that a command can be given: see the help of `work`. */
const TYPES_FOR_COMMANDS: ReadonlySet<string> = new Set([
  'task_assignment',
  'status_update',
  'task_complete',
]);

/** Nobody is there, or whoever is there does not take such messages: a session that lives is known, one that never claimed is not. */
function neglectedInbox({ box, readyTypes, workers }: BoxSummary, waiting: string, program: string): Advice {
  const types = readyTypes.join(', ');
  const kind = readyTypes.length === 1 ? 'the type' : 'the types';
  const ofWhat = types === '' ? 'them' : `${kind} ${types}`;
  const isForCommands = types === '' || readyTypes.some((type) => TYPES_FOR_COMMANDS.has(type));
  const is =
    workers > 0
      ? `${waiting}, though ${workers === 1 ? 'a worker runs, which does' : `${workers} workers run, which do`} not take ${ofWhat}, it seems.`
      : `${waiting}; is a worker running, and does it take ${ofWhat}?`;
  if (isForCommands) {
    const start = workers > 0 ? 'To start one that does' : 'To start one';
    return { level: 'warning', text: `${is} ${start}`, command: workCommand(program, box.agentId) };
  }
  const hint = 'No command can be given such messages, only a program of your own. Who works for it';
  const command = `${program} inspect ${shellWord(box.agentId)}`;
  return { level: 'warning', text: `${is} ${hint}`, command };
}

function unadopted({ unadopted: files }: BoxSummary): readonly Advice[] {
  if (files === 0) return [];
  const [were, them] = files === 1 ? ['was', 'it'] : ['were', 'them'];
  const text = `${files} of the ready ones ${were} put there by another program; the next consumer looks into ${them}`;
  return [{ level: 'info', text, command: null }];
}

function workCommand(program: string, agentId: string): string {
  return `${program} work --agent ${shellWord(agentId)} --exec COMMAND`;
}

/** For an outbox there is no worker: whoever collects is a program of the user's own. */
function collectCommand(program: string, agentId: string): string {
  return `${program} receive --agent ${shellWord(agentId)} --outbox`;
}
