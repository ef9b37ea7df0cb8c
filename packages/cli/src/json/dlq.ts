import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { DeadLetter } from '@tapps-agents/queue';
import type { DeadLetterGroup } from '../history/dead-letter-groups.ts';
import { reasonSchema } from './contract-schemas.ts';
import { entryFields, entryJson } from './entry.ts';
import { countSchema, momentSchema, orNull } from './fields.ts';

/** The schema of a dead letter in a list. */
export function deadLetterSchema() {
  return Type.Object({
    ...entryFields(),
    location: Type.String({ description: 'its file' }),
    reason: orNull(reasonSchema(), 'null where the reason is missing, damaged, or cannot be read'),
    ...wrongReasonFields(),
  });
}

/** What may be wrong with a reason that is there. */
export function wrongReasonFields() {
  return {
    reason_fault: orNull(Type.String({ description: 'why a reason that is there cannot be read' })),
    reason_damage: orNull(
      Type.String({ description: 'what is wrong with a reason that is there and is damaged' }),
    ),
  };
}

/** A dead letter in a list. */
export type DeadLetterJson = Static<ReturnType<typeof deadLetterSchema>>;

/** The document of a dead letter in a list. */
export function deadLetterJson(letter: DeadLetter): DeadLetterJson {
  const { entry, location, reason, reasonFault = null, reasonDamage = null } = letter;
  return {
    ...entryJson(entry),
    location,
    reason,
    reason_fault: reasonFault,
    reason_damage: reasonDamage,
  };
}

/** The schema of what `dlq` prints: the dead letters by reason. */
export function deadLetterGroupsSchema() {
  return Type.Object({
    total: countSchema('dead letters that matched'),
    groups: Type.Array(
      Type.Object({
        code: Type.String({
          description: 'the reason’s code; `unknown` where reasons are missing or damaged',
        }),
        count: countSchema('how many died of it'),
        oldest_at: orNull(momentSchema('when the first of them died')),
        newest_at: orNull(momentSchema('when the last of them died')),
        agents: Type.Array(Type.Object({ agent: Type.String(), count: countSchema('how many are its') }), {
          description: 'the most first; at most twenty',
        }),
        examples: Type.Array(deadLetterSchema(), { description: 'at most three, of different sentences' }),
      }),
      { description: 'the largest first' },
    ),
  });
}

/** The document of `dlq`. */
export type DeadLetterGroupsJson = Static<ReturnType<typeof deadLetterGroupsSchema>>;

/** The document of dead letters by reason. */
export function deadLetterGroupsJson(
  total: number,
  groups: readonly DeadLetterGroup[],
): DeadLetterGroupsJson {
  return {
    total,
    groups: groups.map(({ code, count, oldestAt, newestAt, agents, examples }) => ({
      code,
      count,
      oldest_at: oldestAt,
      newest_at: newestAt,
      agents: agents.map((one) => ({ agent: one.agentId, count: one.count })),
      examples: examples.map(deadLetterJson),
    })),
  };
}
