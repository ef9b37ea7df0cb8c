import type { SurveyedFile } from './survey.ts';
import type { World } from './world.ts';

/** Ids longer than this follow from others (`deriveMessageId`); those of the scenario's own messages are shorter. */
const longestOwnId = 30;

/**
 * Tells whether somebody sent what is in a file: a producer, or an outside writer; or a handler, whose messages name, as their cause, one
 * that is known and there. What a loss of power has damaged names no cause, and is believed if its id looks like a handler's; and where
 * causes may be gone, by retention or a loss of power, whoever names one that looks so is believed as well.
 */
export function knownMessages(
  world: World,
  files: readonly SurveyedFile[],
): (file: Pick<SurveyedFile, 'id' | 'value'>) => boolean {
  // A dead letter's reason has its id as well, and names no cause.
  const messages = files.filter(({ state }) => state !== 'reason');
  const byId = new Map(messages.flatMap((file) => (file.id === null ? [] : [[file.id, file] as const])));
  const mayBeGone = world.scenario.forgets || world.machine.crashes > 0;
  const isKnown = ({ id, value }: Pick<SurveyedFile, 'id' | 'value'>, beyond: readonly string[]): boolean => {
    if (id === null || beyond.includes(id)) return false;
    if (world.history.sent.has(id) || id === 'from-outside' || id.startsWith('unidentified')) return true;
    if (id.length <= longestOwnId) return false;
    if (value === undefined) return true;
    const cause = causeOf(value);
    if (typeof cause !== 'string') return false;
    const origin = byId.get(cause) ?? { id: cause, value: mayBeGone ? undefined : {} };
    return isKnown(origin, [...beyond, id]);
  };
  return (file) => isKnown(file, []);
}

/** The id of the message that this one answers, or was made from; undefined where it names none. */
export function causeOf(value: SurveyedFile['value']): unknown {
  const metadata: unknown = value?.['metadata'];
  return typeof metadata === 'object' && metadata !== null && 'causation_id' in metadata
    ? metadata.causation_id
    : undefined;
}
