import type { Assignment, Role } from './assignment.ts';
import { integerBetween } from './random.ts';

/** What may be different from round to round; what is left out is as it is for users who want to lose nothing. */
export type Variation = Partial<Pick<Assignment, 'durability' | 'ackDurability' | 'fault'>> & {
  /** Default: some of all. */
  readonly roles?: readonly Role[];
};

/** Where a round is played. */
export type Stage = Pick<Assignment, 'root' | 'notes' | 'seed' | 'again'>;

const producers: readonly Role[] = ['one by one', 'many at once', '64 callers'];
const consumers: readonly Role[] = ['worker', 'worker', 'receiver', 'steward'];

/** The processes of a round. */
export function castOf(
  stage: Stage,
  { roles, ...settings }: Variation,
  random: () => number,
): readonly Assignment[] {
  const chosen = roles ?? someRoles(random);
  const patient = chosen.findIndex((role) => producers.includes(role));
  return chosen.map((role, index) => ({
    ...trustworthy(stage),
    ...settings,
    role,
    name: `${stage.seed.toString(36)}${index}`.padStart(7, '0'),
    seed: stage.seed * 16 + index,
    messages: integerBetween(random, 20, role === 'many at once' || role === '64 callers' ? 400 : 150),
    again: index === patient ? stage.again : [],
  }));
}

/**
 * Who looks after all that is left when the power is back: as most users do, without flushing acknowledgements.
 */
export function successorOf(stage: Stage): Assignment {
  return { ...trustworthy(stage), ackDurability: 'none', role: 'successor', name: 'successor', messages: 0 };
}

function trustworthy(stage: Stage): Omit<Assignment, 'role' | 'name' | 'messages'> {
  return { ...stage, durability: 'full', ackDurability: 'full', fault: null };
}

/** Most of them: what nobody flushes by the way is lost more easily, and each process takes its time to start. */
function someRoles(random: () => number): Role[] {
  const some = (roles: readonly Role[]): Role[] => roles.filter(() => random() < 0.6);
  const senders = some(producers);
  const one = producers[integerBetween(random, 0, producers.length - 1)] ?? 'one by one';
  return [...(senders.length === 0 ? [one] : senders), ...some(consumers)];
}
