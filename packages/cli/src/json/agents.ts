import { Type } from 'typebox';
import type { Static } from 'typebox';

/** The schema of what `agents` prints. */
export function agentsSchema() {
  return Type.Object({ agents: Type.Array(Type.String(), { description: 'who can be sent to' }) });
}

/** The document of `agents`. */
export type AgentsJson = Static<ReturnType<typeof agentsSchema>>;

/** The document of these agents. */
export function agentsJson(agents: readonly string[]): AgentsJson {
  return { agents: [...agents] };
}

/** The schema of what `agents register` prints. */
export function registrationSchema() {
  return Type.Object({
    registered: Type.Array(Type.String(), { description: 'are known from now on' }),
    known: Type.Array(Type.String(), { description: 'were known before' }),
  });
}

/** The document of `agents register`. */
export type RegistrationJson = Static<ReturnType<typeof registrationSchema>>;

/** The document of a registration. */
export function registrationJson(registered: readonly string[], known: readonly string[]): RegistrationJson {
  return { registered: [...registered], known: [...known] };
}
