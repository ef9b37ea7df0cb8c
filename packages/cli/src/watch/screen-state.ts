import type { SafeText } from '../render/safe-text.ts';
import type { BoxMessages } from './box-messages.ts';
import { filteredLook } from './screen-filter.ts';
import type { Look } from './watcher.ts';
import type { WatchEvent } from './watch-event.ts';

/** The parts of the screen in which a line can be chosen, in their order. */
export const SECTIONS = ['boxes', 'in hand', 'dead letters'] as const;

export type Section = (typeof SECTIONS)[number];

/** What lies over the overview. */
export type Overlay =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'message';
      readonly title: string;
      readonly lines: readonly SafeText[];
      readonly top: number;
      /** What it was opened from, and closing it leads back to; null: the overview. */
      readonly from: Overlay | null;
    }
  /** Being typed. `before`: the one that stays where it is given up. */
  | { readonly kind: 'filter'; readonly before: string }
  | { readonly kind: 'box'; readonly messages: BoxMessages; readonly chosen: number }
  | { readonly kind: 'question'; readonly text: string; readonly act: () => Promise<string> };

/** Everything that decides what the screen shows. */
export interface ScreenState {
  /** What the filter lets through of the last look. */
  readonly look: Look | null;
  readonly whole: Look | null;
  /** Empty: everything is shown. */
  readonly filter: string;
  /** The newest last; bounded. */
  readonly events: readonly WatchEvent[];
  /** Finished in the last minute, in all boxes, look by look; bounded. */
  readonly rates: readonly number[];
  readonly section: Section;
  readonly chosen: Readonly<Record<Section, number>>;
  readonly overlay: Overlay | null;
  /** What was done last, or what failed. */
  readonly notice: { readonly text: string; readonly isBad: boolean } | null;
  /** The screen stands still. */
  readonly isHeld: boolean;
  readonly now_ms: number;
}

/** Kept of events and rates. */
export const MOST_EVENTS = 100;
export const MOST_RATES = 60;

/** Before the first look. */
export const FIRST_STATE: ScreenState = {
  look: null,
  whole: null,
  filter: '',
  events: [],
  rates: [],
  section: 'boxes',
  chosen: { boxes: 0, 'in hand': 0, 'dead letters': 0 },
  overlay: null,
  notice: null,
  isHeld: false,
  now_ms: 0,
};

/** How many lines of a section can be chosen. */
export function lengthOf(look: Look | null, section: Section): number {
  if (look === null) return 0;
  if (section === 'boxes') return look.inspection.boxes.length;
  return section === 'in hand' ? look.inHand.length : look.dead.length;
}

/** The state after a look. */
export function afterLook(state: ScreenState, whole: Look, now_ms: number): ScreenState {
  const finished = whole.inspection.boxes.reduce((sum, box) => sum + box.finished, 0);
  return withFilter(
    {
      ...state,
      whole,
      now_ms,
      events: [...state.events, ...whole.events].slice(-MOST_EVENTS),
      rates: [...state.rates, finished].slice(-MOST_RATES),
    },
    state.filter,
  );
}

/** The state when only what the filter lets through is shown. */
export function withFilter(state: ScreenState, filter: string): ScreenState {
  const look = state.whole === null ? null : filteredLook(state.whole, filter, state.now_ms);
  const clamp = (section: Section): number =>
    Math.max(0, Math.min(state.chosen[section], lengthOf(look, section) - 1));
  const chosen = {
    boxes: clamp('boxes'),
    'in hand': clamp('in hand'),
    'dead letters': clamp('dead letters'),
  };
  return { ...state, look, filter, chosen };
}
