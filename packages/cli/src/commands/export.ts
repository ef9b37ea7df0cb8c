import { formatOf } from '../archive/archive-file.ts';
import { linesTo, openArchive } from '../archive/archive-writer.ts';
import { NamedWarnings } from '../named-warnings.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { ExportJson } from '../json/archive.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { lookSignal } from '../io.ts';
import { showProgress } from '../progress.ts';
import { redacted } from '../archive/redact.ts';
import { bytesText } from '../render/bytes.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { STANDARD_INPUT } from '../standard-input.ts';
import type { Command } from './command.ts';
import { counted, were } from '../render/counted.ts';

const OPTIONS = {
  agent: { type: 'string', requiresArg: true, describe: 'Only this agent’s boxes' },
  redact: {
    type: 'boolean',
    default: false,
    describe: 'Without what messages say: ids, types, times and counters stay',
  },
} as const;

interface Arguments {
  readonly file: string;
  readonly agent?: string | undefined;
  readonly redact: boolean;
}

/** `export FILE`: the whole queue in one file, for a colleague. Changes nothing; runs beside live agents. */
export const exportCommand: Command = {
  name: 'export',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'export <file>',
      'Put the whole queue into one file, to hand it to somebody; changes nothing',
      (options) =>
        options
          .positional('file', {
            type: 'string',
            demandOption: true,
            describe: '.tar, .tar.gz, .tgz, .ndjson or .ndjson.gz; - writes NDJSON to standard output',
          })
          .options(OPTIONS)
          .example('$0 export queue.tar.gz', 'Everything, as it lies')
          .example('$0 export queue.tgz --agent coder --redact', 'One agent’s, without what messages say')
          .example('$0 export - | $0 --root ./copy import -', 'As lines, through a pipe')
          .epilogue('A message that moves meanwhile is in it at least once, whole. `import` takes it in.'),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

async function run(context: CommandContext, { file, agent, redact }: Arguments): Promise<ExitCode> {
  const { io, output } = context;
  const isStream = file === STANDARD_INPUT;
  const signal = isStream ? lookSignal(io) : io.interrupts.first;
  if (!isStream) formatOf(file);
  await using queue = await openToAct(context);
  if (agent !== undefined) await requireKnownAgent(queue, agent);
  const archive = isStream ? linesTo(io.stdout) : await openArchive(file, io);
  const counts = { files: 0, bytes: 0 };
  const leftOut = new NamedWarnings(output, 'ERR_SKIPPED');
  try {
    using progress = await showProgress(context, 'exporting', null);
    const files = queue.store.dump({
      agentId: agent,
      signal,
      onSkipped: (name, why) => leftOut.add(`${name} is left out: ${why}.`),
    });
    for await (const found of files) {
      const one = redact ? redacted(found) : found;
      await archive.add(one);
      counts.files += 1;
      counts.bytes += one.bytes.byteLength;
      progress.advance();
    }
    signal.throwIfAborted();
    await archive.finish();
  } catch (error) {
    await archive.abandon();
    if (!signal.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; there is no archive, and nothing was changed.');
  }
  if (!isStream) tell(context, { file, ...counts, redacted: redact, skipped: leftOut.count });
  if (leftOut.count === 0) return ExitCode.ok;
  const stays = leftOut.count === 1 ? 'it stays where it is' : 'they stay where they are';
  output.remark(
    safe`${were(leftOut.count)} left out, ${leftOut.where}; ${stays}. What is needed: put it right as that says, and export again`,
  );
  return ExitCode.partlyDone;
}

function tell({ output }: CommandContext, document: ExportJson): void {
  const { file, files, bytes } = document;
  output.data(document);
  output.text(safe`exported ${counted(files, 'file')} (${bytesText(bytes)}) to ${file}`);
  output.remark(safe`to take it in elsewhere: tapps-mq --root ELSEWHERE import ${shellWord(file)}`);
}
