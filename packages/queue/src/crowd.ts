/** One that can be in a crowd, in one at a time. */
export interface Member {
  /** Where it is in the crowd; -1 where it is in none. The crowd's own. */
  place: number;
}

/**
 * Those that come and go with every message, in no particular order.
 *
 * A `Set` would do, but for what V8 (Node.js 20) makes of it: what comes and goes has its table copied over and over, an old table names
 * the next one and keeps what was in it, and one that outlived two young collections keeps all that followed alive until a full one. Of
 * the messages that went through such a set a quarter was copied twice for nothing.
 */
export class Crowd<M extends Member> implements Iterable<M> {
  readonly #members: M[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** It must be in no crowd. */
  add(member: M): void {
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** Nothing where it has left already. */
  delete(member: M): void {
    const { place } = member;
    if (place < 0) return;
    member.place = -1;
    const last = this.#members.pop();
    if (last === undefined || last === member) return;
    this.#members[place] = last;
    last.place = place;
  }

  /** Those of now, whoever comes or goes meanwhile. */
  [Symbol.iterator](): Iterator<M> {
    return [...this.#members].values();
  }
}
