import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Holder } from '@tapps-agents/queue';
import { durationSchema, momentSchema, orNull } from './fields.ts';

/** The fields that say who holds a lease. */
export function holderFields() {
  return {
    owner: Type.String({ description: 'the session that the lease belongs to' }),
    agent: orNull(Type.String()),
    pid: orNull(Type.Integer({ minimum: 0 })),
    host: orNull(Type.String()),
    state: Type.Enum(['alive', 'dead', 'absent'], {
      description:
        '`alive`: nothing speaks against it; `dead`: proven, or its time is over; `absent`: its session has ended',
    }),
    detached: Type.Boolean({ description: 'taken by hand: whoever has its handle settles it' }),
    time_left_ms: orNull(
      durationSchema('of what was taken by hand; null for others, and where it cannot be told'),
    ),
    beat_at: orNull(momentSchema('its last sign of life, by its own clock')),
    lease_ms: Type.Optional(
      durationSchema(
        'for how long it may show none before others take over; missing where that is not known',
      ),
    ),
  };
}

/** The schema of the process behind a lease. */
export function holderSchema() {
  return Type.Object(holderFields());
}

/** The process behind a lease. */
export type HolderJson = Static<ReturnType<typeof holderSchema>>;

/** A holder as JSON has it. */
export function holderJson(holder: Holder): HolderJson {
  const { owner, agentId, pid, host, state, detached, timeLeft_ms, beatAt_ms, lease_ms } = holder;
  const time_left_ms = timeLeft_ms === null ? null : Math.max(0, timeLeft_ms);
  const beat_at = beatAt_ms === null ? null : new Date(beatAt_ms).toISOString();
  const known = { owner, agent: agentId, pid, host, state, detached, time_left_ms, beat_at };
  return lease_ms === undefined ? known : { ...known, lease_ms };
}
