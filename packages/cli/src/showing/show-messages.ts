import type { MessageReport } from '@tapps-agents/queue';
import { ExitCode } from '../exit-code.ts';
import { messageJson } from '../json/message.ts';
import { message } from '../render/message.ts';
import { join, safe } from '../render/safe-text.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { systemCommands } from '../system-commands.ts';

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
  const unread = reports.find((report) => report !== dead && isUnread(report));
  if (unread !== undefined)
    output.remark(safe`next: ${systemCommands(process.platform).access(unread.location)}`);
  return reports.some(isUnread) ? ExitCode.partlyDone : ExitCode.ok;
}

/** What is dead because it is too large is not looked at for a good reason. */
function isUnread({ contentFault = null, reason }: MessageReport): boolean {
  return contentFault !== null && reason?.code !== 'too_large';
}

function whatToDo(report: MessageReport): string {
  const { reasonFault = null, reasonDamage = null, message: parsed } = report;
  if (isUnread(report)) return 'make the file above readable';
  if (reasonFault !== null) return 'make its reason readable, or remove that file where it is lost for good';
  if (reasonDamage === null) return 'mend the cause (or the file above)';
  const copy = 'if you have a whole copy of its reason (*.reason.json beside the file above), put it back';
  return parsed === null ? `${copy}; mend the file above` : copy;
}
