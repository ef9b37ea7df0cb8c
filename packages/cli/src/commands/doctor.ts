import { diagnosisJson, isAnythingLeft, tooNewJson, type DiagnosisJson } from '../json/doctor.ts';
import { ExitCode } from '../exit-code.ts';
import { findings } from '../render/findings.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

/** `doctor`: whatever is wrong with the directory and what is under it. `--fix` puts right what can be, losing nothing. */
export const doctor: Command = {
  name: 'doctor',
  options: ['fix'],
  add: (parser, session) =>
    parser.command(
      'doctor',
      'Look for whatever is wrong: leases of the dead, unread mail, strange files, permissions, the disk',
      (options) =>
        options
          .option('fix', {
            type: 'boolean',
            default: false,
            describe: 'Put right what can be without losing anything; no message is ever removed',
          })
          .example('$0 doctor', 'What is wrong, and the command that helps')
          .example('$0 doctor --fix', 'Put right what can be, and say what was')
          .example(
            '$0 doctor --json | jq ".findings[].code"',
            'For scripts; exits with 4 when an error or a warning is left',
          ),
      (options) => {
        const action = (context: CommandContext): Promise<ExitCode> => examine(context, options.fix);
        return options.fix ? session.act(options, action) : session.look(options, action);
      },
    ),
};

async function examine(context: CommandContext, fix: boolean): Promise<ExitCode> {
  const { output, root } = context;
  const document = await lookAtAll(context, fix);
  output.data(document);
  output.remark(safe`${root.shown}`);
  output.text(findings(document, layoutOf(context)));
  return isAnythingLeft(document) ? ExitCode.findings : ExitCode.ok;
}

/** A directory of a newer version cannot even be opened, and that is a finding too. */
async function lookAtAll(context: CommandContext, fix: boolean): Promise<DiagnosisJson> {
  const { io, root, program } = context;
  try {
    await using queue = await openToAct(context);
    const diagnosis = await queue.operations.diagnose({ mend: fix });
    // What was counted and could not be fixed may have been fixed by somebody else at the same moment.
    const isPartly =
      fix &&
      diagnosis.findings.some(
        ({ mendable, mended, setAside, count }) => mendable && mended + setAside < count,
      );
    const after = isPartly ? await queue.operations.diagnose() : null;
    return diagnosisJson(diagnosis, { program, root: root.shown }, after);
  } catch (error) {
    const isTooNew = error instanceof Error && 'code' in error && error.code === 'ERR_LAYOUT_TOO_NEW';
    if (!isTooNew) throw error;
    return tooNewJson(root.path, new Date(io.now()).toISOString(), error.message);
  }
}
