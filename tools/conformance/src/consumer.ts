import { Difference } from './expectation.ts';
import type { Answer, Session } from './implementation.ts';

/** A message in the hands of the program that is judged. */
export interface Held {
  /** The lease's path below the root. */
  readonly lease: string;
  readonly delivery: number;
  readonly message: Readonly<Record<string, unknown>>;
}

/** How long a claim that should find something may look, and one that should not. */
export const FIND_MS = 5_000;
const LOOK_MS = 350;

/** A session, by verbs that say what must come of them. */
export class Consumer {
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Claims a message; there must be one. */
  async claim(): Promise<Held> {
    const held = await this.tryClaim(FIND_MS);
    if (held === null) throw new Difference('claim: there was a message to claim, and it answered null');
    return held;
  }

  /** Claims; there must be nothing to be had. */
  async claimNothing(wait_ms = LOOK_MS): Promise<void> {
    const held = await this.tryClaim(wait_ms);
    if (held !== null)
      throw new Difference(`claim: there was nothing to be had, and it handed out ${held.lease}`);
  }

  async tryClaim(wait_ms = LOOK_MS): Promise<Held | null> {
    const result = await this.do('claim', { wait_ms });
    if (result === null) return null;
    const held = result as Partial<Held>;
    if (
      typeof held.lease === 'string' &&
      typeof held.delivery === 'number' &&
      typeof held.message === 'object'
    )
      return held as Held;
    throw new Difference(`claim: it answered ${JSON.stringify(result)}, not lease, delivery and message`);
  }

  /** Gives a command that must succeed. */
  async do(command: string, rest: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await this.session.ask({ command, ...rest });
    if (answer.error === undefined) return answer.result;
    throw new Difference(`${command}: it failed with ${answer.error.code}: ${answer.error.message}`);
  }

  /** Gives a command on a lease that is no longer this consumer's. */
  async loses(command: string, rest: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.session.ask({ command, ...rest });
    if (answer.error?.code === 'lease_lost') return;
    throw new Difference(
      `${command}: the lease was lost, and it answered ${said(answer)} instead of lease_lost`,
    );
  }

  /** Ends the session in good order. */
  async end(): Promise<void> {
    const code = await this.session.end();
    if (code !== 0) throw new Difference(`the end of its input: it exited with ${code}`);
  }
}

function said(answer: Answer): string {
  return JSON.stringify(answer.error?.code ?? answer.result);
}
