import type { Message } from '@tapps-agents/contracts';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import type { OpenQueueOptions, Queue, WorkHandlers } from '@tapps-agents/queue';
import type { Outcome } from './outcome.ts';
import type { Fact } from './story.ts';

/** A messages directory that an operation finds; it is set up one time, and copied for each run. */
export interface Site {
  readonly root: string;
  /** A message that is there now, in so many copies; whatever is killed, it must not be lost. */
  know(message: Message, copies?: number): Message;
  /** The same for a file of an outside writer. */
  knowText(id: string, text: string): void;
  /** This message may be removed. */
  mayGo(id: string): void;
  /** Files, below the root, that must stay as they are. */
  keep(...paths: string[]): void;
  /** Runs another operation in a process of its own, which is killed right before its first call. */
  leaveBehind(operation: string): Promise<void>;
}

/** What a victim works with. Its clock stands still unless it is moved, so nothing but the operation itself happens. */
export interface Stage {
  readonly root: string;
  readonly clock: ManualClock;
  readonly fileSystem: FileSystem;
  open(options?: Partial<OpenQueueOptions>): Promise<Queue>;
  /** The set-up is over: from now on every call is counted, and may be the last. */
  begin(): void;
  /** To be called the moment the caller of the queue is told something. */
  tell(fact: Fact): void;
  /** To be called before a message is sent. */
  offer<M extends Message>(message: M): M;
}

/** One operation of the public interface, and what must hold after its process was killed in it. */
export interface Operation {
  readonly name: string;
  /** What is counted, for people. */
  readonly summary: string;
  /** Prepares the directory, before the victim starts. Default: an empty messages directory with the agent `coder`. */
  readonly arrange?: (site: Site) => Promise<void>;
  /** The victim: sets up what only its own process can, then `begin`s. */
  readonly act: (stage: Stage) => Promise<void>;
  /** How tasks are handled, by the victim and by its successors. Default: finished, without results. */
  readonly handlers?: (step: (key: string) => void) => WorkHandlers;
  /** What the next process does before it works on: an operator who tries again. */
  readonly tryAgain?: (queue: Queue) => Promise<void>;
  /** The retention policy of victim and operator. */
  readonly retention?: OpenQueueOptions['retention'];
  /** More rules than those for all operations. */
  readonly check?: (outcome: Outcome) => Promise<void> | void;
}
