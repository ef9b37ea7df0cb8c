import type { Message, TaskAssignment } from '@tapps-agents/contracts';
import type { Duration, SendOptions } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { answerJson } from '../json/answer.ts';
import { safe, sanitizeBlock } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';

/**
 * Sends one task and waits for its `task_complete`, which is then finished and printed. Ends with 0 for `completed` and 1 for
 * `failed`. Interrupted, or when nothing came in time, the task stays where it is, and so does its answer once it comes.
 */
export async function sendAndWait(
  context: CommandContext,
  message: Message,
  options: SendOptions & { readonly timeout?: Duration },
): Promise<ExitCode> {
  const { io, output, program } = context;
  if (!isTask(message)) {
    throw new CliError(
      'ERR_USAGE',
      `--wait is for a task_assignment, which is answered; this is a ${message.message_type}. Leave it out.`,
    );
  }
  await using queue = await openToAct(context);
  const show = `${program} inspect ${shellWord(message.message_id)}`;
  let isSent = false;
  queue.events.on('sent', ({ messageId, box }) => {
    isSent = true;
    output.remark(safe`queued ${messageId} in the ${box.kind} of ${box.agentId}; waiting for its answer`);
  });
  try {
    const answer = await queue.request(message, { ...options, signal: io.interrupts.first });
    output.data(answerJson(message, answer));
    output.text(safe`${answer.status} ${message.task_id}`);
    output.text(sanitizeBlock(JSON.stringify(answer.results, null, 2)));
    if (answer.status === 'completed') return ExitCode.ok;
    output.remark(safe`next: ${show}   (what became of it)`);
    return ExitCode.failure;
  } catch (error) {
    if (!io.interrupts.first.aborted) throw withNextStep(error, show);
    const what = isSent
      ? `Interrupted; ${message.message_id} was sent, and its answer will wait to be collected.`
      : 'Interrupted; nothing was sent.';
    throw new CliError('ERR_INTERRUPTED', what, isSent ? { next: show } : {});
  }
}

function isTask(message: Message): message is TaskAssignment {
  return message.message_type === 'task_assignment';
}

function withNextStep(error: unknown, next: string): unknown {
  const isLate = error instanceof Error && 'code' in error && error.code === 'ERR_TIMEOUT';
  return isLate ? Object.assign(error, { next }) : error;
}
