import type { Member } from './fleet.ts';

/** How a process ended, and what it had been told. */
export interface Ending extends Pick<Member, 'language' | 'role' | 'wasKilled' | 'wasTold'> {
  /** Its exit code, or the signal that ended it. */
  readonly end: number | NodeJS.Signals;
  /** Whether it had logged anything. */
  readonly hadBegun: boolean;
}

/** What is wrong with how a process ended, in words; null where it ended as it had to. */
export function faultOfEnding({ language, role, wasKilled, wasTold, end, hadBegun }: Ending): string | null {
  const isDone = end === 0 && (role === 'producer' || wasTold);
  // Who is told to stop before it listens for that ends at once.
  const isEarly = end === 'SIGTERM' && wasTold && (role === 'producer' || !hadBegun);
  if (wasKilled || isDone || isEarly) return null;
  return `a ${role} in ${language} ended with ${end}${wasTold ? '' : ', and nobody had told it to stop'}`;
}
