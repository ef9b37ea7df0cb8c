/** What the process ends with: the same for every command, documented in the README. */
export const ExitCode = {
  ok: 0,
  failure: 1,
  /** The command line was wrong; nothing was done. */
  usage: 2,
  /** The command worked, but no message, agent or pause was what it was asked for. */
  nothingMatched: 3,
  /** `doctor` found something that is still to be put right. */
  findings: 4,
  /** Some of what was asked is done, some is not; the output says which. */
  partlyDone: 5,
  interrupted: 130,
} as const;

/** One of {@link ExitCode}'s numbers. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
