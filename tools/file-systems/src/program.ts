import { createInterface } from 'node:readline';
import { agentJobs, type AgentSettings } from './agent-jobs.ts';
import { servingJobs, type ServingSettings } from './serving-jobs.ts';
import { rivalJobs, type RivalSettings } from './rival-jobs.ts';

/*
 * The child process of the checks: it does one job, says what came of it on standard output, one JSON value a line, takes
 * commands as lines on standard input, and ends when that ends.
 */

/** What a child is to do. */
export type ProgramSettings = RivalSettings | AgentSettings | ServingSettings;

/** A child's ends of the conversation. */
export interface Conversation {
  readonly say: (value: unknown) => void;
  /** The next command; undefined when standard input has ended. */
  readonly command: () => Promise<string | undefined>;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as ProgramSettings;
const commands = createInterface(process.stdin)[Symbol.asyncIterator]();
const conversation: Conversation = {
  say: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  async command() {
    const { value } = (await commands.next()) as { value: string | undefined };
    return value;
  },
};

if (settings.job === 'serve') await servingJobs.serve(settings, conversation);
else if (settings.job in agentJobs) {
  await agentJobs[settings.job as AgentSettings['job']](settings as AgentSettings, conversation);
} else await rivalJobs[settings.job as RivalSettings['job']](settings as RivalSettings, conversation);

// Open, it would keep this process alive.
process.stdin.destroy();
