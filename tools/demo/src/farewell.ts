import path from 'node:path';
import type { Narrative } from './narrative.ts';
import { runOperator } from './operator.ts';
import { shellWord } from './printable.ts';
import type { Workspace } from './workspace.ts';

/** A message to look at, and where it lies. */
export interface Keepsake {
  readonly messageId: string;
  readonly location: string;
}

/** Shows what `tapps-mq inspect` says of what is left, and commands to look further, which work as they are printed. */
export async function farewell(options: {
  readonly workspace: Workspace;
  readonly narrative: Narrative;
  readonly print: (line: string) => void;
  readonly colour: boolean;
  readonly signal: AbortSignal;
  /** The message whose first holder was killed. */
  readonly killed: Keepsake;
}): Promise<void> {
  const { workspace, narrative, killed, colour, signal } = options;
  narrative.step('What is left');
  narrative.command(`${workspace.operator} inspect`);
  const output = await runOperator(workspace, ['inspect'], { colour, signal });
  for (const line of output.trimEnd().split('\n')) options.print(`   ${line}`);

  narrative.step('Look further');
  narrative.say('Everything stays where it is, until you remove the directory:');
  const messages = path.relative(workspace.directory, workspace.root);
  for (const line of [
    `cd ${shellWord(workspace.directory)}`,
    `ls ${messages} ${messages}/processed/inbox/analyst/*`,
    `cat ${shellWord(path.relative(workspace.directory, killed.location))}`,
    `${workspace.operator} inspect ${killed.messageId}`,
    `${workspace.operator} --help`,
    'cat effects/*.ndjson',
    'less report.md',
  ]) {
    narrative.command(line);
  }
}
