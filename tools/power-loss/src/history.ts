import { idOf, type Note } from './notes.ts';

/** A promise that was broken, or something else that must not be. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** What the notes of all processes add up to. */
export interface History {
  /** How often somebody began to send a message. */
  readonly attempts: ReadonlyMap<string, number>;
  /** What was promised to be durable: sent, or held back and then published with an acknowledgement. */
  readonly sent: ReadonlySet<string>;
  /** Keys of what was acknowledged. */
  readonly acked: ReadonlySet<string>;
  /** Entries of what was quarantined and that nobody began to bring back, with their keys. */
  readonly dead: ReadonlyMap<string, string>;
  /** Keys of all that was ever quarantined. */
  readonly givenUp: ReadonlySet<string>;
  /** What `ctx.once` promised to remember, by key. */
  readonly remembered: ReadonlyMap<string, string>;
  /** What the order of the notes alone shows to be wrong. */
  readonly violations: readonly Violation[];
}

/** Goes through the notes in the order in which they were written. */
export function historyOf(notes: readonly Note[]): History {
  const attempts = new Map<string, number>();
  const sent = new Set<string>();
  const acked = new Set<string>();
  const dead = new Map<string, string>();
  const replayed = new Set<string | null>();
  const copied = new Set<string>();
  const givenUp = new Set<string>();
  const held = new Map<string, Set<string>>();
  const remembered = new Map<string, string>();
  const generations = new Set<number>();
  const violations: Violation[] = [];
  const violate = (rule: string, detail: string): void => void violations.push({ rule, detail });
  let unplugged = false;
  // Of what was sent again, brought back or left under two names there may be a further copy, which knows nothing of the end of the first.
  const isOnlyOne = (id: string): boolean =>
    (attempts.get(id) ?? 1) === 1 && !replayed.has(id) && !copied.has(id);

  const take = (note: Note): void => {
    switch (note.what) {
      case 'sending':
        attempts.set(note.id, (attempts.get(note.id) ?? 0) + 1);
        return;
      case 'sent':
        sent.add(note.id);
        return;
      case 'started':
        if (acked.has(note.key)) violate('handled again', `${note.key}, which was acknowledged`);
        if (isOnlyOne(idOf(note.key)) && [...dead.values()].includes(note.key))
          violate('handled though dead', note.key);
        held.delete(note.key);
        return;
      case 'held':
        held.set(note.key, (held.get(note.key) ?? new Set()).add(note.id));
        return;
      case 'acked':
        if (acked.has(note.key)) violate('acknowledged twice', note.key);
        acked.add(note.key);
        for (const id of held.get(note.key) ?? []) sent.add(id);
        return;
      case 'dead':
        // Whoever brings it back may see it before the one who quarantined it is told that this is durable.
        if (!replayed.has(note.entryId)) dead.set(note.entryId, note.key);
        givenUp.add(note.key);
        return;
      case 'replaying':
        replayed.add(note.entryId).add(note.id);
        dead.delete(note.entryId);
        return;
      case 'copied':
        copied.add(note.id);
        return;
      case 'ran':
        if (remembered.has(note.key)) violate('step run again', `${note.key}, whose result was remembered`);
        return;
      case 'remembered':
        if ((remembered.get(note.key) ?? note.value) !== note.value)
          violate('result forgotten', `${note.key}: ${remembered.get(note.key)}, then ${note.value}`);
        remembered.set(note.key, note.value);
        return;
      case 'locked':
        if (generations.has(note.generation)) violate('generation used twice', String(note.generation));
        generations.add(note.generation);
        return;
      case 'trouble':
        if (!unplugged) violate('trouble with the power on', note.text);
        return;
      case 'plug':
        unplugged = true;
        return;
      case 'power':
        unplugged = false;
    }
  };
  notes.forEach(take);
  return { attempts, sent, acked, dead, givenUp, remembered, violations };
}
