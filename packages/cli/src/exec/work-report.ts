import type { MessageEvent, Queue } from '@tapps-agents/queue';
import { workEventJson } from '../json/work.ts';
import type { WorkEventJson } from '../json/work.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output.ts';
import { age } from '../render/age.ts';
import { pauseDetails, resumeCommand } from '../render/pause.ts';
import { safe } from '../render/safe-text.ts';
import { shortened } from '../render/shortened.ts';
import type { Role } from '../render/style.ts';
import type { CommandContext } from '../session.ts';

/** Where it is told. */
type Surroundings = Pick<CommandContext, 'output' | 'program'> & { readonly io: Pick<Io, 'now'> };
/** What is told of. */
type Observed = Pick<Queue, 'events'> & { readonly store: Pick<Queue['store'], 'pauses'> };

/** Tells what becomes of messages, a line each, as it happens; and counts. */
export class WorkReport {
  readonly #output: Output;
  acked = 0;
  retried = 0;
  quarantined = 0;

  constructor({ output, io, program }: Surroundings, { events, store }: Observed) {
    this.#output = output;
    events.on('acked', (event) => {
      this.acked += 1;
      this.#tell('acked', event, 'good', 'done');
    });
    events.on('duplicate', (event) => this.#tell('duplicate', event, 'dim', 'skipped', 'was handled before'));
    events.on('retried', (event) => {
      this.retried += 1;
      const why = event.error instanceof Error ? event.error.message : String(event.error);
      this.#tell('retried', event, 'warning', `failed, again in ${age(event.delay_ms)}`, why);
    });
    events.on('quarantined', (event) => {
      this.quarantined += 1;
      this.#tell('quarantined', event, 'bad', `dead (${event.code})`, event.reason);
    });
    events.on('snoozed', (event) => this.#tell('snoozed', event, 'dim', 'handed back'));
    events.on('returned', (event) =>
      this.#tell('returned', event, 'dim', 'handed back', 'this worker stops'),
    );
    events.on('recovered', (event) => {
      const pid = event.holder.pid === null ? event.holder.owner : `pid ${event.holder.pid}`;
      this.#tell('recovered', event, 'warning', 'taken back', `its worker is gone (${pid})`);
    });
    events.on('lease_lost', (event) => {
      this.#tell(
        'lease_lost',
        event,
        'bad',
        'lost',
        'this process was silent for too long; another has the message now',
      );
    });
    const tellPauses = async (agentId: string): Promise<void> => {
      for (const pause of await store.pauses().catch(() => [])) {
        if (pause.agentId !== null && pause.agentId !== agentId) continue;
        const details = pauseDetails(pause, io.now());
        const command = resumeCommand(program, pause.agentId);
        output.remark(safe`${pause.agentId ?? 'everything'} is paused${details}. next: ${command}`);
      }
    };
    events.on('unhandled', ({ messageType }) => {
      output.warn(
        'ERR_UNKNOWN_MESSAGE_TYPE',
        `messages of type ${messageType} are left alone: only the built-in types can be given to a command`,
      );
    });
    events.on('paused', ({ agentId }) => void tellPauses(agentId));
    events.on('resumed', ({ agentId }) => output.remark(safe`${agentId} is resumed`));
  }

  #tell(
    name: WorkEventJson['event'],
    event: MessageEvent,
    role: Role,
    words: string,
    detail: string | null = null,
  ): void {
    this.#output.data(workEventJson(name, event, detail));
    const why = detail === null ? '' : `: ${shortened(detail.split('\n').join(' | '))}`;
    this.#output.text(
      safe`${this.#output.style(role, safe`${words}`)} ${event.messageId ?? event.entryId}${why}`,
    );
  }
}
