import { runCommand } from './run-command.ts';
import type { CommandToRun } from './run-command.ts';
import { WineError } from './wine-error.ts';

/** How npm names what is no fault of what it was asked for: no way to the registry, or a registry that lacks it. */
const outOfReach =
  /^npm (?:ERR!|error) code (?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ENET\w+|EHOST\w+|ETIMEDOUT|ERR_SOCKET_TIMEOUT|E40[1347]|E429|E5\d\d|ETARGET)$/m;

/** How long npm may take: about 100 MB come from the network. */
const limit_ms = 300_000;

/**
 * Runs an npm that fetches something. Throws an unavailable `WineError` where that cannot be had from here, or not in five minutes; any
 * other failure of npm is a fault.
 */
export async function fetchWithNpm(
  command: Pick<CommandToRun, 'name' | 'arguments' | 'cwd' | 'logs'>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const end = await runCommand({
    ...command,
    file: 'npm',
    arguments: [...command.arguments, '--loglevel=error'],
    env: withoutNpm(environment),
    limit_ms,
  });
  if (end.exitCode === 0) return;
  const how = end.isLate ? `took more than ${limit_ms / 1000} s` : `ended with ${end.exitCode ?? 'a signal'}`;
  throw new WineError(
    `npm ${command.arguments[0]} ${how}:\n${(end.complaints + end.output).trim().slice(-2_000)}`,
    { isUnavailable: end.isLate || outOfReach.test(end.complaints) },
  );
}

/** What npm tells the scripts it runs (`npm run` does), such as to be silent, is not meant for the npm that they run. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name)));
}
