import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { SendResult } from '@tapps-agents/queue';
import { boxJson, boxSchema } from './box.ts';

/** The schema of a line of `send`. */
export function sentSchema() {
  return Type.Object({
    status: Type.Enum(['queued', 'delayed']),
    message_id: Type.String(),
    box: boxSchema('where it was put'),
    durability: Type.Enum(['none', 'file', 'full'], { description: 'what was reached' }),
  });
}

/** A line of `send`. */
export type SentJson = Static<ReturnType<typeof sentSchema>>;

/** The document of one message that was sent. */
export function sentJson({ status, messageId, box, durability }: SendResult): SentJson {
  return { status, message_id: messageId, box: boxJson(box), durability };
}
