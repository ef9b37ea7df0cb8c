import { tableOf } from '../report/table.ts';
import { digits } from '../wording.ts';
import type { InsideReport } from './look-inside.ts';
import { ALL_ELSE } from './parts.ts';

/** System calls that fewer than one in so many messages make are told together. */
const RARE = 1 / 50;
/** Of the functions that belong to no part, so many are named. */
const NAMED = 5;
/** What would be shown as 0.0 %. */
const LEAST_SHARE = 0.0005;

/** `--profile` as Markdown: shares of the main thread's time, and what they come to of the processor time of one message. */
export function profileText(report: InsideReport): string {
  const { profiles } = report;
  const names = [...new Set(profiles.flatMap(({ parts }) => Object.keys(parts)))];
  const partLines = names
    .filter((name) => name !== ALL_ELSE)
    .concat(ALL_ELSE)
    .map((name) => [
      name,
      ...profiles.flatMap(({ parts, user_us, system_us }) => {
        const share = parts[name];
        return share === undefined ? ['', ''] : [percent(share), digits(share * (user_us + system_us))];
      }),
    ]);
  const whole = profiles.flatMap(({ parts, user_us, system_us }) => [
    percent(Object.values(parts).reduce((sum, share) => sum + share, 0)),
    digits(user_us + system_us),
  ]);
  const rest = profiles.flatMap(({ subject, else: functions }) =>
    Object.entries(functions)
      .filter(([, share]) => share >= LEAST_SHARE)
      .slice(0, NAMED)
      .map(([name, share]) => `- ${subject}: ${name} ${percent(share)}`),
  );
  return [
    headText(report),
    tableOf(
      ['part', ...profiles.flatMap(({ subject }) => [`${subject}, %`, 'µs a message'])],
      [...partLines, ['all', ...whole]],
    ),
    ...(rest.length === 0 ? [] : [`Of all else:\n\n${rest.join('\n')}`]),
    tableOf(
      ['a message', ...profiles.map(({ subject }) => subject)],
      [
        ['µs by the clock', ...profiles.map(({ wall_us }) => digits(wall_us))],
        ['µs of a processor, user', ...profiles.map(({ user_us }) => digits(user_us))],
        ['µs of a processor, system', ...profiles.map(({ system_us }) => digits(system_us))],
        ['µs in the samples', ...profiles.map(({ sampled_us }) => digits(sampled_us))],
        ['bytes allocated', ...profiles.map(({ allocated_bytes }) => digits(allocated_bytes))],
        ['bytes that outlived a young collection', ...profiles.map((one) => digits(one.outlived_bytes))],
      ],
    ),
    'Shares are those of the main thread’s time under the profiler, 100 µs between samples (on a busy machine also time in which it waited for a processor, whatever part it was in); µs are these shares of the processor time (all threads) of slices that nothing recorded. A sample is asked for by a signal, and one that comes from another processor may arrive no sooner than a system call returns: where the calls have more here than the system mode above, what is beyond that was done before them. Bytes are those of the heap, without the content of buffers.',
  ].join('\n\n');
}

/** `--calls` as Markdown. */
export function callsText(report: InsideReport): string {
  const { calls } = report;
  const names = [...new Set(calls.flatMap((one) => Object.keys(one.calls)))];
  const isRare = (name: string): boolean => calls.every((one) => (one.calls[name] ?? 0) < RARE);
  const sums = (chosen: readonly string[]): string[] =>
    calls.map((one) => digits(chosen.reduce((sum, name) => sum + (one.calls[name] ?? 0), 0)));
  return [
    headText(report),
    tableOf(
      ['system call', ...calls.map(({ subject }) => `${subject}, a message`)],
      [
        ...names.filter((name) => !isRare(name)).map((name) => [name, ...sums([name])]),
        ['all else', ...sums(names.filter(isRare))],
        ['all', ...sums(names)],
      ],
    ),
  ].join('\n\n');
}

function headText({ takenAt, command, machine, place, messages }: InsideReport): string {
  return `${takenAt.slice(0, 10)}, \`${command}\`: ${messages} messages on ${place}, load ${machine.load} at the start. Node ${machine.node.slice(1)}, ${machine.system}, ${machine.cores} cores (${machine.processor}).`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
