import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { SchemaEntryJson } from '../json/schema.ts';
import { safe, sanitizeBlock, terminalSafeJson } from '../render/safe-text.ts';
import type { SchemaFile } from '../schema-files.ts';
import type { CommandContext } from '../session.ts';
import { nearest } from '../suggest.ts';
import type { Command } from './command.ts';

interface Arguments {
  readonly type?: string | undefined;
  readonly version?: string | undefined;
  readonly asyncapi: boolean;
  readonly list: boolean;
}

/** `schema [TYPE]`: prints the JSON Schema of a message type, or the AsyncAPI document, of any released version. */
export const schema: Command = {
  name: 'schema',
  options: ['version', 'asyncapi', 'list'],
  add: (parser, session) =>
    parser.command(
      'schema [type]',
      'Print the JSON Schema of a message type, or an AsyncAPI document',
      (options) =>
        options
          .positional('type', {
            type: 'string',
            describe: 'A message type, envelope or dead_letter_reason; left out: list what there is',
          })
          // Of this command it is the schema's; the program's is asked for without a command.
          .version(false)
          .option('version', {
            type: 'string',
            requiresArg: true,
            describe: 'Of this schema_version (default: the one that is written)',
          })
          .option('asyncapi', { type: 'boolean', default: false, describe: 'The AsyncAPI document' })
          .option('list', { type: 'boolean', default: false, describe: 'List what there is' })
          .example('$0 schema task_assignment > task.schema.json', 'For an editor, or a validator')
          .example('$0 schema --asyncapi --version 1.0', 'All channels and messages as one document')
          .example('$0 schema --list --json', 'Every schema of every version, with its $id'),
      (options) => session.look(options, (context) => print(context, options)),
    ),
};

async function print(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const [{ SCHEMA_FILES, ASYNCAPI }, { SCHEMA_VERSION }] = await Promise.all([
    import('../schema-files.ts'),
    import('@tapps-agents/contracts'),
  ]);
  if (options.asyncapi && options.type !== undefined && options.type !== ASYNCAPI)
    throw new CliError(
      'ERR_USAGE',
      'The AsyncAPI document has every type. Leave out the type, or --asyncapi.',
    );
  const versions = [...new Set(SCHEMA_FILES.map(({ version }) => version))];
  const version = options.version ?? SCHEMA_VERSION;
  if (!versions.includes(version)) throw unknown('version', version, versions);
  const name = options.asyncapi ? ASYNCAPI : options.type;
  if (options.list || name === undefined)
    return await list(context, SCHEMA_FILES, options.version, SCHEMA_VERSION);
  const ofVersion = SCHEMA_FILES.filter((file) => file.version === version);
  const file = ofVersion.find((one) => one.name === name);
  if (file === undefined)
    throw unknown(
      'schema',
      name,
      ofVersion.map((one) => one.name),
    );
  const content = await file.load();
  context.output.data(content);
  context.output.text(sanitizeBlock(terminalSafeJson(content, 2)));
  return ExitCode.ok;
}

async function list(
  { output, program }: CommandContext,
  files: readonly SchemaFile[],
  version: string | undefined,
  current: string,
): Promise<ExitCode> {
  for (const file of files.filter((one) => version === undefined || one.version === version)) {
    const entry: SchemaEntryJson = {
      name: file.name,
      version: file.version,
      id: idOf(await file.load()),
      kind: file.kind,
      current: file.version === current,
    };
    output.data(entry);
    output.text(safe`${entry.version}  ${entry.name.padEnd(18)}  ${entry.id}`);
  }
  output.remark(safe`To print one: ${program} schema NAME`);
  return ExitCode.ok;
}

function idOf(content: object): string {
  const { $id, id }: { readonly $id?: unknown; readonly id?: unknown } = content;
  return String($id ?? id);
}

function unknown(what: string, given: string, known: readonly string[]): CliError {
  const suggestion = nearest(given, known);
  const meant = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return new CliError(
    'ERR_USAGE',
    `There is no ${what} ${JSON.stringify(given)}.${meant} There is: ${known.join(', ')}.`,
    { next: 'tapps-mq schema --list' },
  );
}
