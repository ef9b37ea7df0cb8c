import type { MessageReport } from '@tapps-agents/queue';
import { ExitCode } from '../exit-code.ts';
import { messageJson } from '../json/message.ts';
import { message } from '../render/message.ts';
import { join, safe } from '../render/safe-text.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';

/** Prints everything known of these: the copies of one message, usually one. */
export function showMessages(context: CommandContext, reports: readonly MessageReport[]): ExitCode {
  const { output, program } = context;
  for (const report of reports) output.data(messageJson(report));
  const layout = layoutOf(context);
  output.text(
    join(
      reports.map((report) => message(report, layout)),
      '\n\n',
    ),
  );
  const dead = reports.find(({ entry }) => entry.state === 'dead');
  if (dead !== undefined) {
    const { messageId, entryId } = dead.entry;
    const command = `${program} replay --id ${shellWord(messageId ?? dead.message?.message_id ?? entryId)}`;
    output.remark(safe`next: ${whatToDo(dead)}, then: ${command}`);
  }
  return ExitCode.ok;
}

function whatToDo({ reasonFault = null, reasonDamage = null, message: parsed }: MessageReport): string {
  if (reasonFault !== null) return 'make its reason readable, or remove that file where it is lost for good';
  if (reasonDamage === null) return 'mend the cause (or the file above)';
  const copy = 'if you have a whole copy of its reason (*.reason.json beside the file above), put it back';
  return parsed === null ? `${copy}; mend the file above` : copy;
}
