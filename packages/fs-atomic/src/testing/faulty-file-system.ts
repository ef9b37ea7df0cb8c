import type {
  Awaitable,
  DirectoryEntry,
  ExclusiveFile,
  FileStatus,
  FileSystem,
  FileSystemSpace,
  StopWatching,
  WritableFile,
} from '../file-system.ts';
import { nodeFileSystem } from '../node-file-system.ts';

/** Ways of the port that this one leaves out: what is asked by them is asked by the others. */
type LeftOut = 'find' | 'names' | 'inBackground';

/** A call of the port; `write`, `sync` and `close` are those of a file that was created, `release` of one held. */
export type FileSystemVerb = Exclude<keyof FileSystem, LeftOut> | keyof WritableFile | 'release';

/** One call, as it was recorded; its paths have `/` between names on Windows too. */
export interface FileSystemCall {
  readonly verb: FileSystemVerb;
  readonly path: string;
  /** The destination of a rename. */
  readonly to?: string;
}

/** Which calls fail, and how. */
export interface FaultRule {
  readonly verb: FileSystemVerb;
  /** A part of the path, or a pattern, that the path (or a rename's destination) must match; default: any. */
  readonly path?: string | RegExp;
  /** The first matching call that fails, from 1; default 1. */
  readonly nth?: number;
  /** How many matching calls fail; default 1. */
  readonly times?: number;
  /** The system's code, such as `ENOSPC`. */
  readonly code: string;
  /** `after` does the call and then fails: an answer that got lost. Default `before`. */
  readonly when?: 'before' | 'after';
}

/** A file system that records every call and fails those it is told to fail. */
export class FaultyFileSystem implements FileSystem {
  /** Every call so far, in order. */
  readonly calls: FileSystemCall[] = [];
  /** Called, and awaited, before every call but `watch`, which waits for nothing: the place to interleave or to stop the world. */
  onCall: ((call: FileSystemCall) => Awaitable<void>) | undefined;
  /** False: directories cannot be flushed, as on Windows shares. */
  canSyncDirectories = true;
  readonly #inner: FileSystem;
  readonly #rules: { readonly rule: FaultRule; seen: number }[] = [];
  #mostBytesPerWrite = Number.POSITIVE_INFINITY;

  constructor(inner: FileSystem = nodeFileSystem()) {
    this.#inner = inner;
  }

  /** Makes calls fail; returns a function that takes the rule back. */
  fail(rule: FaultRule): () => void {
    const entry = { rule, seen: 0 };
    this.#rules.push(entry);
    return () => {
      this.#rules.splice(this.#rules.indexOf(entry) >>> 0, 1);
    };
  }

  /** Lets every write take at most so many bytes; 0 makes a file that takes nothing. */
  shortenWrites(mostBytes: number): void {
    this.#mostBytesPerWrite = mostBytes;
  }

  /** The recorded verbs in order, for tests of a sequence. */
  get verbs(): FileSystemVerb[] {
    return this.calls.map((call) => call.verb);
  }

  async create(path: string, mode: number): Promise<WritableFile> {
    const file = await this.#do({ verb: 'create', path }, () => this.#inner.create(path, mode));
    return {
      write: (bytes, offset) =>
        this.#do({ verb: 'write', path }, () =>
          this.#mostBytesPerWrite === 0
            ? 0
            : file.write(bytes.subarray(0, Math.min(bytes.length, offset + this.#mostBytesPerWrite)), offset),
        ),
      sync: () => this.#do({ verb: 'sync', path }, () => file.sync()),
      close: () => this.#close({ verb: 'close', path }, () => file.close()),
    };
  }

  read(path: string, maxBytes: number): Promise<Uint8Array> {
    return this.#do({ verb: 'read', path }, () => this.#inner.read(path, maxBytes));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do({ verb: 'rename', path: from, to }, () => this.#inner.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#do({ verb: 'remove', path }, () => this.#inner.remove(path));
  }

  createDirectory(path: string, mode: number): Promise<void> {
    return this.#do({ verb: 'createDirectory', path }, () => this.#inner.createDirectory(path, mode));
  }

  removeDirectory(path: string): Promise<void> {
    return this.#do({ verb: 'removeDirectory', path }, () => this.#inner.removeDirectory(path));
  }

  async *list(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    await this.#do({ verb: 'list', path }, () => undefined);
    yield* this.#inner.list(path);
  }

  status(path: string): Promise<FileStatus> {
    return this.#do({ verb: 'status', path }, () => this.#inner.status(path));
  }

  touch(path: string, modified_ms: number): Promise<void> {
    return this.#do({ verb: 'touch', path }, () => this.#inner.touch(path, modified_ms));
  }

  syncDirectory(path: string): Promise<boolean> {
    return this.#do({ verb: 'syncDirectory', path }, () =>
      this.canSyncDirectories ? this.#inner.syncDirectory(path) : false,
    );
  }

  watch(path: string, changed: (name?: string) => void, failed: (error: Error) => void): StopWatching {
    const call: FileSystemCall = { verb: 'watch', path: withSlashes(path) };
    this.calls.push(call);
    const fault = this.#fault(call);
    if (fault !== undefined) throw faultError(fault, call);
    return this.#inner.watch(path, changed, failed);
  }

  async holdExclusively(path: string): Promise<ExclusiveFile | null> {
    const file = await this.#do({ verb: 'holdExclusively', path }, () => this.#inner.holdExclusively(path));
    if (file === null) return null;
    return { close: () => this.#close({ verb: 'release', path }, () => file.close()) };
  }

  changeMode(path: string, mode: number): Promise<void> {
    return this.#do({ verb: 'changeMode', path }, () => this.#inner.changeMode?.(path, mode));
  }

  space(path: string): Promise<FileSystemSpace> {
    return this.#do({ verb: 'space', path }, () => this.#inner.space(path));
  }

  async #do<T>(asked: FileSystemCall, run: () => Awaitable<T>): Promise<T> {
    const call = {
      ...asked,
      path: withSlashes(asked.path),
      ...(asked.to === undefined ? {} : { to: withSlashes(asked.to) }),
    };
    this.calls.push(call);
    await this.onCall?.(call);
    const fault = this.#fault(call);
    if (fault === undefined) return run();
    if (fault.when === 'after') await run();
    throw faultError(fault, call);
  }

  /** A close that fails has closed the descriptor all the same: close(2). */
  async #close(call: FileSystemCall, close: () => Awaitable<void>): Promise<void> {
    try {
      await this.#do(call, () => undefined);
    } finally {
      await close();
    }
  }

  #fault(call: FileSystemCall): FaultRule | undefined {
    let fault: FaultRule | undefined;
    for (const entry of this.#rules) {
      if (!matches(entry.rule, call)) continue;
      entry.seen += 1;
      const { nth = 1, times = 1 } = entry.rule;
      if (entry.seen >= nth && entry.seen < nth + times) fault ??= entry.rule;
    }
    return fault;
  }
}

function matches(rule: FaultRule, call: FileSystemCall): boolean {
  if (rule.verb !== call.verb) return false;
  const { path } = rule;
  if (path === undefined) return true;
  return [call.path, call.to ?? call.path].some((candidate) =>
    typeof path === 'string' ? candidate.includes(withSlashes(path)) : path.test(candidate),
  );
}

function withSlashes(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

function faultError(rule: FaultRule, call: FileSystemCall): Error {
  const error = new Error(`${rule.code}: made to fail, ${call.verb} '${call.path}'`);
  return Object.assign(error, { code: rule.code, syscall: call.verb, path: call.path });
}
