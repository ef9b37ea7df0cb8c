import type { EditRequest } from '@tapps-agents/queue';
import { editText } from './editor.ts';
import { safe } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';

/** Edits one message after the other for `replay --edit`. */
export class MessageEditor {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /**
   * Lets the person edit a message, and returns what it has become; null when it was left as it was, or emptied. What is
   * still not valid, and was not touched when it was shown again, is given up, and kept in its file.
   */
  async edit({ letter, text, fault }: EditRequest): Promise<string | null> {
    const { io, output } = this.#context;
    const { entry, reason } = letter;
    io.interrupts.first.throwIfAborted();
    const id = entry.messageId ?? entry.entryId;
    if (fault !== null)
      output.warn('ERR_NOT_A_MESSAGE', `${id} is not valid yet: ${fault} It is opened again.`);
    else if (reason !== null) output.remark(safe`${id} died (${reason.code}): ${reason.reason}`);
    output.status(null);
    const edited = await editText(text, 'message.json', io);
    io.interrupts.first.throwIfAborted();
    const isUnchanged = edited.text.trimEnd() === text.trimEnd();
    if (isUnchanged && fault !== null) {
      output.remark(safe`${id} was given up; your text is kept in ${edited.path}.`);
      return null;
    }
    await edited.discard();
    return isUnchanged || edited.text.trim() === '' ? null : edited.text;
  }
}
