/** Who is at work, and where it notes its effects. */
export interface AgentIdentity {
  readonly name: string;
  readonly effects: string;
}

/**
 * How long a silent process keeps its messages. On Linux a dead process is proven dead and its messages come back at
 * once; elsewhere they come back after this time, so it is kept short.
 */
export const LEASE = '10s';
