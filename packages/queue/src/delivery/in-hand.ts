import type { Accepted } from './examination.ts';
import type { Box, Counters } from '../stored-message.ts';

/** What an accepted message says of itself while it is in hand: the part that deliveries and handler contexts share. */
export abstract class InHand implements Counters {
  protected readonly accepted: Accepted;

  constructor(accepted: Accepted) {
    this.accepted = accepted;
  }

  get box(): Box {
    return this.accepted.claimed.entry.box;
  }
  get deliveries(): number {
    return this.accepted.claimed.entry.deliveries;
  }
  get failures(): number {
    return this.accepted.claimed.entry.failures;
  }
  get releases(): number {
    return this.accepted.claimed.entry.releases;
  }
  get run(): number {
    return this.accepted.claimed.entry.run;
  }
}
