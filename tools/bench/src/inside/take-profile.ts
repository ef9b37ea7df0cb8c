import { warmUp } from '../contest.ts';
import { BATCH } from '../operation.ts';
import { startRole } from '../programs.ts';
import type { ContestantSettings } from '../open-subject.ts';
import type { Split } from '../roles/profiled.ts';
import type { Sizes } from '../row.ts';
import { spreadOf } from '../statistics.ts';
import type { Attributed } from './attribute.ts';
import { insideOperations, takesOut, type InsideName } from './inside-name.ts';

/** Where the time of one subject goes. Microseconds and bytes are those of one message. */
export interface SubjectProfile {
  readonly subject: string;
  /** Medians of slices that nothing recorded, of all threads. */
  readonly wall_us: number;
  readonly user_us: number;
  readonly system_us: number;
  /** What each part has of the main thread's time, as the samples tell; together 1, where there are samples. */
  readonly parts: Readonly<Record<string, number>>;
  /** The same of each function that belongs to no part. */
  readonly else: Readonly<Record<string, number>>;
  /** Microseconds of the samples: more than without a profiler. */
  readonly sampled_us: number;
  readonly allocated_bytes: number;
  readonly outlived_bytes: number;
}

/** Warms a subject up as the contest does, and looks into as many messages four times: by the clock, by samples, and twice at its heap. */
export async function takeProfile(
  subject: string,
  name: InsideName,
  directory: string,
  { messages, rounds }: Pick<Sizes, 'messages' | 'rounds'>,
): Promise<SubjectProfile> {
  const settings: ContestantSettings = { subject, operation: insideOperations[name], directory };
  const child = startRole('profiled', settings, { nodeOptions: ['--expose-gc'] });
  const multiple = name === 'send-many' ? BATCH : 1;
  const slice = Math.max(1, Math.floor(messages / rounds / multiple)) * multiple;
  const each = async <T>(verb: string): Promise<T[]> => {
    const answers: T[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (takesOut(name)) await child.ask('fill', slice);
      answers.push(await child.ask<T>(verb, slice));
    }
    return answers;
  };
  try {
    await warmUp(child, takesOut(name), slice, messages);
    const splits = await each<Split>('split');
    const medianOf = (part: keyof Split): number =>
      spreadOf(splits.map((split) => split[part])).median / slice;
    await each('profile');
    const { parts, else: rest } = await child.ask<Attributed>('parts');
    const sampled_us = sumOf(Object.values(parts));
    const perMessage = async (verb: string): Promise<number> =>
      sumOf(await each<number>(verb)) / (slice * rounds);
    return {
      subject,
      wall_us: medianOf('wall_us'),
      user_us: medianOf('user_us'),
      system_us: medianOf('system_us'),
      parts: sharesOf(parts, sampled_us),
      else: sharesOf(rest, sampled_us),
      sampled_us: sampled_us / (slice * rounds),
      allocated_bytes: await perMessage('allocate'),
      outlived_bytes: await perMessage('outlive'),
    };
  } finally {
    await child.end();
  }
}

function sharesOf(times_us: Readonly<Record<string, number>>, whole_us: number): Record<string, number> {
  const largestFirst = Object.entries(times_us).toSorted(([, one], [, other]) => other - one);
  return Object.fromEntries(largestFirst.map(([name, time_us]) => [name, time_us / whole_us]));
}

function sumOf(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0);
}
