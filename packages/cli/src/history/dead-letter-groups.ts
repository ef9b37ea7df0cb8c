import type { DeadLetter } from '@tapps-agents/queue';

/** So many examples, each with a sentence of its own, are kept of a group, and so many agents and types counted by name. */
const MOST_EXAMPLES = 3;
const MOST_NAMES = 20;

/** Dead letters that died of one reason. */
export interface DeadLetterGroup {
  /** The reason's code; `unknown` where reasons are missing. */
  readonly code: string;
  readonly count: number;
  /** When the first and the last of them died, RFC 3339; null where no reason says so. */
  readonly oldestAt: string | null;
  readonly newestAt: string | null;
  /** How many each agent has, the most first; what is beyond twenty agents is not named. */
  readonly agents: readonly { readonly agentId: string; readonly count: number }[];
  readonly examples: readonly DeadLetter[];
}

/** Sorts dead letters into groups by reason, as they come by; its memory does not grow with them. */
export class DeadLetterGroups {
  readonly #groups = new Map<string, Group>();
  total = 0;

  add(letter: DeadLetter): void {
    this.total += 1;
    const code = letter.reason?.code ?? 'unknown';
    const group = this.#groups.get(code) ?? new Group(code);
    this.#groups.set(code, group);
    group.add(letter);
  }

  /** The largest first. */
  groups(): readonly DeadLetterGroup[] {
    return [...this.#groups.values()].map((group) => group.summary()).toSorted((a, b) => b.count - a.count);
  }
}

class Group {
  readonly #code: string;
  readonly #agents = new Map<string, number>();
  readonly #examples = new Map<string, DeadLetter>();
  #count = 0;
  #oldestAt: string | null = null;
  #newestAt: string | null = null;

  constructor(code: string) {
    this.#code = code;
  }

  add(letter: DeadLetter): void {
    this.#count += 1;
    const { agentId } = letter.entry.box;
    const known = this.#agents.get(agentId);
    if (known !== undefined || this.#agents.size < MOST_NAMES) this.#agents.set(agentId, (known ?? 0) + 1);
    const sentence = withoutItsId(
      letter.reason?.reason ?? letter.reasonDamage ?? letter.reasonFault ?? '',
      letter,
    );
    if (this.#examples.size < MOST_EXAMPLES && !this.#examples.has(sentence))
      this.#examples.set(sentence, letter);
    const at = letter.reason?.quarantined_at;
    if (at === undefined) return;
    if (this.#oldestAt === null || Date.parse(at) < Date.parse(this.#oldestAt)) this.#oldestAt = at;
    if (this.#newestAt === null || Date.parse(at) > Date.parse(this.#newestAt)) this.#newestAt = at;
  }

  summary(): DeadLetterGroup {
    return {
      code: this.#code,
      count: this.#count,
      oldestAt: this.#oldestAt,
      newestAt: this.#newestAt,
      agents: [...this.#agents]
        .map(([agentId, count]) => ({ agentId, count }))
        .toSorted((a, b) => b.count - a.count),
      examples: [...this.#examples.values()],
    };
  }
}

/** What several died of may differ only in whom it names. */
function withoutItsId(sentence: string, { entry, reason }: DeadLetter): string {
  const id = reason?.message.message_id ?? entry.messageId;
  return id === null || id === '' ? sentence : sentence.replaceAll(id, '');
}
