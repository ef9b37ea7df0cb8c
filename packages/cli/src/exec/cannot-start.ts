import { CliError } from '../cli-error.ts';
import { shellWord } from '../shell-word.ts';

/** The error for a command that cannot be started, whatever the message. */
export function cannotStart(file: string, cause: unknown): CliError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isBatch = code === 'EINVAL' && /\.(?:bat|cmd)$/i.test(file);
  const why = isBatch
    ? 'batch files run in a shell, which would take what they are given for commands'
    : (WHY[code] ?? (cause instanceof Error ? cause.message : String(cause)));
  const next = isBatch
    ? 'name the program that the batch file runs, such as: --exec node script.js'
    : `${process.platform === 'win32' ? 'where.exe' : 'which'} ${shellWord(file)}   (the command runs without a shell: for one, --exec ${process.platform === 'win32' ? 'cmd /c …' : "sh -c '…'"})`;
  return new CliError(
    'ERR_COMMAND_NOT_STARTED',
    `Cannot run ${file}: ${why}. No message was blamed for it.`,
    { cause, next },
  );
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command',
  EACCES: 'it is not executable',
  E2BIG: 'its arguments and its environment take more room than the system has for them',
};
