import { tryParseMessage, type Message } from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import { isExhausted, limitsFor } from '../backoff.ts';
import type { Core } from '../core.ts';
import { QueueError } from '../errors.ts';
import { identityOf, misroutingOf } from '../identity.ts';
import type { ReplayOptions, ReplayStep } from '../operations.ts';
import type { DeadLetter } from '../reports.ts';
import { integerThatWouldChange } from './exact-integers.ts';
import { editedOutgoing, parseEdited, redirected } from './replay-rewriting.ts';
import type { Box, Entry, Identity, Outgoing } from '../stored-message.ts';
import { systemWords } from '../system-words.ts';

/** One message of a set that is fixed. */
export interface ReplayItem {
  readonly entry: Entry;
  /** The forced run that was chosen for it when the set was fixed, so that to go on after a crash begins no other. */
  readonly run: number | null;
  /** What was made of it in an editor: the text of the message to be published in its place. */
  readonly text: string | null;
}

/** What is to be done with one message. */
export type ReplayAct =
  | { readonly kind: 'revive'; readonly run: number | null }
  /** Published anew, under its own id or another; what it is a copy of stays where it is. */
  | { readonly kind: 'copy'; readonly outgoing: Outgoing }
  /** Another message is published, and then the dead one is taken away. */
  | { readonly kind: 'instead'; readonly outgoing: Outgoing };

/** What would happen to one message, and how to do it; `act` is null where nothing is to be done. */
export interface ReplayPlan {
  readonly step: ReplayStep;
  readonly act: ReplayAct | null;
  /** The run it would be handled in. */
  readonly run: number | null;
}

type PlanOptions = Pick<ReplayOptions, 'to' | 'force' | 'resetCounters'>;

/**
 * Looks at one message as it is now, and says what a replay would do with it. Changes nothing.
 *
 * @throws where the file system fails in a way that may pass: that says nothing about the message
 */
export async function planReplay(
  core: Core,
  item: ReplayItem,
  reason: DeadLetter['reason'],
  options: PlanOptions,
): Promise<ReplayPlan> {
  const { entry } = item;
  const to: Box = options.to === undefined ? entry.box : { kind: 'inbox', agentId: options.to };
  const plan = planner({ entry, messageId: entry.messageId, reason, to });
  const content = await contentOf(core, entry);
  if (content === 'gone') return plan('gone', 'It is no longer there: somebody else was first.');
  if (item.text !== null) return planEdited(core, item.text, entry, plan);
  if ('unreadable' in content)
    return refusable(plan, options, `It still cannot be read: ${content.unreadable}.`);
  const parsed = tryParseMessage(content, { definitions: core.definitions });
  if (!parsed.ok) return refusable(plan, options, `It would come back: ${parsed.error.message}`);
  const { message } = parsed;
  const known = planner({ entry, messageId: message.message_id, reason, to });
  const misrouting = misroutingOf(message, to);
  if (misrouting !== null) {
    const sent = options.to === undefined ? null : redirected(core, message, entry, to);
    if (sent === null)
      return refusable(known, options, `It would come back: it belongs to ${misrouting.found}.`);
    const changed = integerThatWouldChange(new TextDecoder().decode(content));
    if (changed !== null) return known('will_fail', `It cannot go to another agent: ${changed}`);
    const detail = `Goes to the ${where(to)} as a new message, ${sent.identity.messageId}, as its content names another agent.`;
    return known('replay', detail, { act: insteadOf(entry, sent) });
  }
  return await planAsItIs(core, item, { message, content, to }, options, known);
}

async function planAsItIs(
  core: Core,
  { entry, run: chosen }: ReplayItem,
  { message, content, to }: { message: Message; content: Uint8Array; to: Box },
  options: PlanOptions,
  plan: Planner,
): Promise<ReplayPlan> {
  const identity = identityOf(message);
  const isDead = entry.state === 'dead';
  if (chosen !== null && (await core.store.isProcessed(to, identity, chosen)))
    return plan('skip_processed', `It was handled in run ${chosen} already.`);
  if (isDead && chosen === null && !(await core.store.isProcessed(to, identity, entry.run))) {
    if (options.resetCounters === false && wouldBeGivenUp(core, entry, message))
      return refusable(
        plan,
        options,
        'It would come back at once: it has failed or been delivered too often already. Reset its failures (leave out --no-reset-failures).',
      );
    return plan('replay', `Goes back to the ${where(to)}.`, { act: { kind: 'revive', run: null } });
  }
  const run = chosen ?? (await firstFreeRun(core, to, identity));
  if (run > 0 && options.force !== true)
    return plan(
      'skip_processed',
      'The ledger has it: it was handled already. With `force` (--force-reprocess) it is handled again.',
    );
  const detail = `Goes to the ${where(to)}${run === 0 ? '' : ` to be handled again (run ${run})`}.`;
  const copy = { box: to, identity, bytes: content, counters: { run } };
  return plan('replay', detail, {
    act: isDead ? { kind: 'revive', run } : { kind: 'copy', outgoing: copy },
    run,
  });
}

function planEdited(core: Core, text: string, entry: Entry, plan: Planner): ReplayPlan {
  const edited = parseEdited(core, text, entry);
  if (typeof edited === 'string') return plan('will_fail', `What was edited would come back: ${edited}`);
  const outgoing = editedOutgoing(core, edited.message, edited.box);
  const detail = `Goes to the ${where(edited.box)} as it was edited, as a new message, ${outgoing.identity.messageId}.`;
  return plan('replay', detail, { act: insteadOf(entry, outgoing), to: edited.box });
}

function insteadOf(entry: Entry, outgoing: Outgoing): ReplayAct {
  return { kind: entry.state === 'dead' ? 'instead' : 'copy', outgoing };
}

type Planner = (
  outcome: ReplayStep['outcome'],
  detail: string,
  rest?: { readonly act?: ReplayAct; readonly run?: number; readonly to?: Box },
) => ReplayPlan;

function planner(base: Omit<ReplayStep, 'outcome' | 'detail'>): Planner {
  return (outcome, detail, { act = null, run = null, to = base.to } = {}) => ({
    step: { ...base, to, outcome, detail },
    act,
    run,
  });
}

/** Nothing can be published of what cannot be read, so only a dead letter is ever forced as it is. */
function refusable(plan: Planner, options: PlanOptions, detail: string): ReplayPlan {
  const refused = plan('will_fail', detail);
  if (options.force !== true || refused.step.entry.state !== 'dead') return refused;
  return plan('replay', `${detail} Replayed all the same.`, { act: { kind: 'revive', run: null } });
}

/** Its next delivery would be one too many. */
function wouldBeGivenUp(core: Core, entry: Entry, message: Message): boolean {
  return isExhausted({ ...entry, deliveries: entry.deliveries + 1 }, limitsFor(message, core.retry));
}

function where({ kind, agentId }: Box): string {
  return `${kind} of ${agentId}`;
}

/** What a message can die of: it is too large, no regular file, or nobody permits it. */
const UNREADABLE: ReadonlySet<string | undefined> = new Set(['EFBIG', 'EINVAL', 'EACCES', 'EPERM']);

async function contentOf(
  core: Core,
  entry: Entry,
): Promise<Uint8Array | 'gone' | { readonly unreadable: string }> {
  try {
    return (await core.store.read(entry)) ?? 'gone';
  } catch (error) {
    if (!UNREADABLE.has(systemErrorCode(error))) throw error;
    return { unreadable: systemWords(error) };
  }
}

/** 0 for a message that was never handled; else the number of the next forced run. */
async function firstFreeRun(core: Core, box: Box, identity: Identity): Promise<number> {
  for (let run = 0; run <= 99; run += 1) {
    if (!(await core.store.isProcessed(box, identity, run))) return run;
  }
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `Message ${identity.messageId} was forced 99 times already. Send it under a new message_id.`,
    { messageId: identity.messageId },
  );
}
