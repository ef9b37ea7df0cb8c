import type { Entry, Queue, ReplayFilter } from '@tapps-agents/queue';
import { operatorName } from '../operator-name.ts';
import { counted } from '../render/counted.ts';
import { nameOf } from '../render/dead-letters.ts';
import { message } from '../render/message.ts';
import { join, linesOf } from '../render/safe-text.ts';
import type { Layout } from '../render/layout.ts';
import { messagesOf } from './box-messages.ts';
import { MOST_FILTER_CHARACTERS } from './screen-filter.ts';
import { ScreenReplay } from './screen-replay.ts';
import type { UnfinishedReplay } from './screen-replay.ts';
import { afterLook, FIRST_STATE, lengthOf, SECTIONS, withFilter } from './screen-state.ts';
import type { Overlay, ScreenState } from './screen-state.ts';
import type { Look } from './watcher.ts';

/** A key, as its character or its name. */
export type Key =
  | 'up'
  | 'down'
  | 'page_up'
  | 'page_down'
  | 'home'
  | 'end'
  | 'tab'
  | 'enter'
  | 'escape'
  | 'backspace'
  | (string & {});

/** Keys that move in a list or scroll a message, and by how many lines. */
const SCROLLS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  page_up: -10,
  page_down: 10,
  home: Number.NEGATIVE_INFINITY,
  g: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  G: Number.POSITIVE_INFINITY,
};

/** The same, and what means something else in the overview. */
const MESSAGE_SCROLLS: Readonly<Record<string, number>> = { ...SCROLLS, ' ': 10 };

/** What the screen shows and what its keys do; knows no terminal. */
export class ScreenModel {
  readonly #queue: Queue;
  readonly #layout: () => Layout;
  readonly #replay: ScreenReplay;
  readonly #listeners = new Set<() => void>();
  #state: ScreenState = FIRST_STATE;

  constructor(queue: Queue, layout: () => Layout) {
    this.#queue = queue;
    this.#layout = layout;
    this.#replay = new ScreenReplay(queue);
  }

  get state(): ScreenState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ScreenState => this.#state;

  /** Takes in a look, unless the screen is held. */
  show(look: Look, now_ms: number): void {
    if (!this.#state.isHeld) this.#set(afterLook(this.#state, look, now_ms));
  }

  /** Tells of something that failed. */
  fail(error: unknown): void {
    this.#set({ notice: { text: error instanceof Error ? error.message : String(error), isBad: true } });
  }

  /** Ends what a key has begun, and waits for that: the replay that was not through then; null where there is none. */
  async end(): Promise<UnfinishedReplay | null> {
    return await this.#replay.end();
  }

  /** Does what a key is for; settles when it is done, and never rejects. */
  async press(key: Key): Promise<void> {
    try {
      await (this.#state.overlay === null ? this.#inOverview(key) : this.#inOverlay(key));
    } catch (error) {
      this.fail(error);
    }
  }

  async #inOverview(key: Key): Promise<void> {
    this.#set({ notice: null });
    const { section, isHeld, filter } = this.#state;
    const by = SCROLLS[key];
    if (by !== undefined) this.#move(by);
    else if (key === '/') this.#set({ overlay: { kind: 'filter', before: filter } });
    else if (key === 'escape') this.#filter('');
    else if (key === 'tab')
      this.#set({ section: SECTIONS[(SECTIONS.indexOf(section) + 1) % SECTIONS.length] ?? 'boxes' });
    else if (key === ' ') this.#set({ isHeld: !isHeld });
    else if (key === '?') this.#set({ overlay: { kind: 'help' } });
    else if (key === 'enter') await this.#open();
    else if (key === 'p') await this.#pauseOrResume();
    else if (key === 'r') this.#askToReplay();
  }

  async #inOverlay(key: Key): Promise<void> {
    const { overlay } = this.#state;
    if (overlay?.kind === 'question') {
      this.#set({ overlay: null });
      if (key === 'y') this.#set({ notice: { text: await overlay.act(), isBad: false } });
      else this.#set({ notice: { text: 'Nothing was changed.', isBad: false } });
    } else if (overlay?.kind === 'box') await this.#inBox(overlay, key);
    else if (overlay?.kind === 'filter') this.#inFilter(overlay.before, key);
    else if (key === 'escape' || key === '?' || key === 'enter')
      this.#set({ overlay: overlay?.kind === 'message' ? overlay.from : null });
    else if (overlay?.kind === 'message') {
      const by = MESSAGE_SCROLLS[key] ?? 0;
      const top = Math.max(0, Math.min(overlay.top + by, overlay.lines.length - 1));
      this.#set({ overlay: { ...overlay, top } });
    }
  }

  async #inBox(overlay: Overlay & { readonly kind: 'box' }, key: Key): Promise<void> {
    const { entries } = overlay.messages;
    const entry = entries[overlay.chosen];
    this.#set({ notice: null });
    if (key === 'escape' || key === '?') this.#set({ overlay: null });
    else if (key === 'enter') {
      if (entry !== undefined) await this.#openMessage(entry, overlay);
    } else {
      const chosen = Math.max(0, Math.min(overlay.chosen + (MESSAGE_SCROLLS[key] ?? 0), entries.length - 1));
      this.#set({ overlay: { ...overlay, chosen } });
    }
  }

  /** Letters are taken for what they are; enter keeps the filter, esc the one of before. */
  #inFilter(before: string, key: Key): void {
    const { filter } = this.#state;
    if (key === 'enter' || key === 'tab') this.#set({ overlay: null });
    else if (key === 'escape') {
      this.#filter(before);
      this.#set({ overlay: null });
    } else if (key === 'backspace') this.#filter(Array.from(filter).slice(0, -1).join(''));
    else if (Array.from(key).length === 1) this.#filter(filter + key);
  }

  #filter(filter: string): void {
    const { chosen } = FIRST_STATE;
    this.#set(withFilter({ ...this.#state, chosen }, filter.slice(0, MOST_FILTER_CHARACTERS)));
  }

  #move(by: number): void {
    const { section, chosen, look } = this.#state;
    const index = Math.max(0, Math.min(chosen[section] + by, lengthOf(look, section) - 1));
    this.#set({ chosen: { ...chosen, [section]: index } });
  }

  async #open(): Promise<void> {
    const { look, section, chosen, now_ms } = this.#state;
    if (section === 'boxes') {
      const box = look?.inspection.boxes[chosen.boxes]?.box;
      if (box === undefined) return;
      const messages = await messagesOf(this.#queue, box, now_ms);
      this.#set({ overlay: { kind: 'box', messages, chosen: 0 } });
      return;
    }
    const entry = (section === 'in hand' ? look?.inHand : look?.dead)?.[chosen[section]]?.entry;
    if (entry === undefined)
      this.#set({ notice: { text: 'There is no message here to open.', isBad: false } });
    else await this.#openMessage(entry, null);
  }

  /** As it is now: it may have moved on since the look that showed it. */
  async #openMessage(entry: Entry, from: Overlay | null): Promise<void> {
    const reports = await this.#queue.operations.find(entry.entryId).catch(async (error: unknown) => {
      if (entry.messageId === null) throw error;
      return await this.#queue.operations.find(entry.messageId);
    });
    const text = join(
      reports.map((report) => message(report, this.#layout())),
      '\n\n',
    );
    this.#set({ overlay: { kind: 'message', title: nameOf(entry), lines: linesOf(text), top: 0, from } });
  }

  async #pauseOrResume(): Promise<void> {
    const agentId = this.#chosenAgent();
    if (agentId === undefined) return;
    const isPaused = this.#state.look?.inspection.pauses.some((pause) => pause.agentId === agentId) === true;
    if (isPaused) await this.#queue.operations.resume({ agentId });
    else await this.#queue.operations.pause({ agentId, note: 'from tapps-mq watch', by: operatorName() });
    this.#set({ notice: { text: `${isPaused ? 'resumed' : 'paused'} ${agentId}`, isBad: false } });
  }

  #chosenAgent(): string | undefined {
    const { look, section, chosen } = this.#state;
    const index = chosen[section];
    if (section === 'boxes') return look?.inspection.boxes[index]?.box.agentId;
    return (section === 'in hand' ? look?.inHand : look?.dead)?.[index]?.entry.box.agentId;
  }

  #askToReplay(): void {
    const { look, section, chosen } = this.#state;
    const letter = section === 'dead letters' ? look?.dead[chosen[section]] : undefined;
    const box = section === 'boxes' ? look?.inspection.boxes[chosen[section]] : undefined;
    if (this.#replay.isRunning)
      this.#set({ notice: { text: 'A replay is under way: wait until it is through.', isBad: true } });
    else if (letter !== undefined) {
      const { entry } = letter;
      // By its name: other messages may have its id, or one that begins like it, once somebody else has replayed it.
      this.#ask(`Replay ${nameOf(entry)} to ${entry.box.kind}/${entry.box.agentId}?`, { id: entry.entryId });
    } else if (box !== undefined && box.dead > 0) {
      const { kind, agentId } = box.box;
      this.#ask(`Replay all dead letters of ${kind}/${agentId}?`, { agentId, boxKind: kind });
    } else this.#set({ notice: { text: 'There is no dead letter here to replay.', isBad: false } });
  }

  #ask(text: string, filter: ReplayFilter): void {
    const begun = (total: number): void =>
      this.#set({ notice: { text: `Replaying ${counted(total, 'dead letter')} …`, isBad: false } });
    this.#set({ overlay: { kind: 'question', text, act: () => this.#replay.run(filter, begun) } });
  }

  #set(changes: Partial<ScreenState>): void {
    this.#state = { ...this.#state, ...changes };
    for (const listener of this.#listeners) listener();
  }
}
