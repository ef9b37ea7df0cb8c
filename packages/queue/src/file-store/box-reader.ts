import { join } from 'node:path';
import type { Awaitable } from '@tapps-agents/fs-atomic';
import { Breather } from '../breather.ts';
import { CLAIM_SLICE_MS } from '../limits.ts';
import type { BoxReader, ClaimFilter, ClaimResult } from '../claim.ts';
import type { Box } from '../stored-message.ts';
import { adopt } from './adopt.ts';
import { Backlog, type Candidate } from './backlog.ts';
import { readContent } from './content.ts';
import { exists, namesIn, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { IdleCheck } from './idle-check.ts';
import { Faults } from './faults.ts';
import type { Lease } from './lease.ts';
import { LeasedNames } from './leased-names.ts';
import { LeaseTaker } from './lease-taker.ts';
import { ListingPace } from './listing-pace.ts';
import { Losses } from './losses.ts';
import { parseReady, type Name } from './names.ts';
import { Rivals } from './rivals.ts';
import { HelpPatience } from './help-patience.ts';
import type { Sessions } from './sessions.ts';
import { noteTaken } from './taken-names.ts';

const NOTHING: ClaimResult = { kind: 'empty', nextReadyAt_ms: null };
/** So many outside files get their proper names before a claim is tried again. */
const ADOPT_BATCH = 64;

/**
 * Claims from one box. Finding is a hint (a listing, which may be old); claiming is a rename, which exactly one
 * process wins.
 */
export class FileBoxReader implements BoxReader {
  readonly box: Box;
  readonly #disk: Disk;
  readonly #filter: ClaimFilter;
  /** Each message gets an owner of its own. */
  readonly #detachable: boolean;
  /** What is others' share is left to them for a while before it is taken. */
  readonly #isPatient: boolean;
  readonly #backlog: Backlog;
  readonly #pace: ListingPace;
  readonly #idle: IdleCheck;
  readonly #breather: Breather;
  readonly #taker: LeaseTaker;
  /** Names in the box that this consumer does not want; pruned with every listing. */
  #unwanted = new Set<string>();
  /** What failed with single files; the others go first, then it is thrown. */
  readonly #faults = new Faults();
  readonly #losses = new Losses();
  #waited = false;
  /** Whether the last claim found nothing, knew of nothing that is yet to come, and nobody has given a hint since. */
  #rests = false;
  #listedSize = 0;
  readonly #rivals: Rivals;
  readonly #patience = new HelpPatience();

  /** `remembered`: how much of a listing is kept, if not as much as usual. */
  constructor(
    disk: Disk,
    sessions: Sessions,
    box: Box,
    filter: ClaimFilter,
    {
      detachable = false,
      patient = false,
    }: { readonly detachable?: boolean; readonly patient?: boolean } = {},
    remembered?: number,
  ) {
    this.#detachable = detachable;
    this.#isPatient = patient;
    this.#disk = disk;
    this.box = box;
    this.#filter = filter;
    this.#backlog = new Backlog(disk, box, remembered);
    this.#pace = new ListingPace(disk.clock);
    this.#breather = new Breather(disk.clock, CLAIM_SLICE_MS);
    this.#rivals = new Rivals(disk.clock);
    this.#idle = new IdleCheck(disk, disk.layout.box(box));
    this.#taker = new LeaseTaker(disk, sessions, box, {
      isDetachable: detachable,
      // With an owner for each message there are no rivals: nobody is told apart.
      beside: new LeasedNames(disk, box, detachable ? null : this.#rivals),
      decided: (won) => this.#decided(won),
    });
  }

  refresh(): void {
    this.#rests = false;
    this.#pace.hint();
  }

  claim(): Awaitable<ClaimResult> {
    const rests = this.#rests && this.#isUnchanged();
    if (rests === true) return NOTHING;
    return rests === false
      ? this.#claimOrDistrust()
      : rests.then((unchanged) => (unchanged ? NOTHING : this.#claimOrDistrust()));
  }

  /** Most looks at a box find nothing, and who reads hundreds of them looks often. What is wrong with the box, a claim finds out. */
  #isUnchanged(): Awaitable<boolean> {
    try {
      const unchanged = this.#idle.isUnchanged();
      return unchanged instanceof Promise ? unchanged.catch(() => false) : unchanged;
    } catch {
      return false;
    }
  }

  #claimOrDistrust(): Promise<ClaimResult> {
    this.#rests = false;
    return this.#claim().catch(this.#distrust);
  }

  /** What failed is still there, although no candidate any more: the next claim must not call this box empty. */
  readonly #distrust = (error: unknown): never => {
    this.#pace.hint();
    this.#idle.distrust();
    throw error;
  };

  async #claim(): Promise<ClaimResult> {
    let fresh = this.#pace.isDue(this.#backlog.size > 0);
    if (fresh) await this.#list();
    for (;;) {
      const candidate = this.#next();
      if (candidate === 'wait') {
        if (await this.#adoptSome()) continue;
        this.#faults.throwKept();
        return this.#empty(this.#disk.clock.now() + this.#patience.wait_ms);
      }
      if (candidate === 'list') {
        await this.#list();
        fresh = true;
        continue;
      }
      if (candidate === undefined) {
        if ((this.#backlog.hasForeign && (await this.#adoptSome())) || (await this.#addFailing())) continue;
        this.#faults.throwKept();
        if (!this.#backlog.isCut) {
          const unchanged = fresh || this.#idle.isUnchanged();
          if (unchanged instanceof Promise ? await unchanged : unchanged) {
            this.#rests = this.#backlog.nextReadyAt_ms === null && this.#faults.failing.known.size === 0;
            return this.#empty(null);
          }
        }
        const { tooSoon_ms } = this.#pace;
        if (tooSoon_ms > 0) return this.#empty(this.#disk.clock.now() + tooSoon_ms);
        await this.#list();
        fresh = true;
        continue;
      }
      const breath = this.#breather.breathe();
      if (breath instanceof Promise) await breath;
      const claiming = this.#claimOne(candidate);
      const claimed = claiming instanceof Promise ? await claiming : claiming;
      if (claimed !== undefined) return { kind: 'claimed', claimed, more: this.#backlog.size > 0 };
    }
  }

  /**
   * The next to try; `list` where others seem to have taken what is left, and a look is worth it; `wait` where all that is left is
   * for others, and they have not had the time.
   */
  #next(): Candidate | 'list' | 'wait' | undefined {
    // Several may come to the help of one; they had better not begin at the same place.
    const spread = (this.#backlog.isForAll ? 1 : this.#losses.spread) * this.#disk.random();
    const share = this.#rivals.shareOf(this.#taker.owner);
    // What a listing would cost now: there are fewer than there were.
    const cost_ms = (this.#pace.cost_ms * (this.#backlog.size + 1)) / (this.#listedSize + 1);
    const isStale = this.#backlog.isForAll && this.#pace.age_ms > this.#patience.wait_ms;
    if ((isStale || this.#losses.outweigh(cost_ms)) && this.#pace.isWorthIt(cost_ms)) return 'list';
    const candidate = this.#backlog.take(spread, share);
    if (candidate !== 'others') return candidate;
    if (!this.#isPatient) return this.#pace.isWorthIt(cost_ms) ? 'list' : this.#backlog.take(spread);
    if (this.#pace.age_ms < this.#patience.wait_ms) return 'wait';
    this.#waited = !this.#waited;
    return this.#waited ? 'list' : this.#backlog.take(spread);
  }

  /** Undefined where it is gone, not wanted, or failed while others may not. */
  #claimOne(candidate: Candidate): Awaitable<Lease | undefined> {
    const { fileName } = candidate;
    let taking: Awaitable<Lease | undefined>;
    try {
      const isTried = !this.#losses.isWary && this.#filter.wants === undefined;
      taking = isTried ? this.#taker.take(candidate) : this.#takeIfWanted(candidate);
    } catch (error) {
      this.#faults.failed(fileName, error);
      return undefined;
    }
    if (taking instanceof Promise) return this.#faults.attempt(fileName, () => taking);
    this.#faults.succeeded(fileName);
    return taking;
  }

  async #takeIfWanted(candidate: Candidate): Promise<Lease | undefined> {
    const { wants } = this.#filter;
    if (this.#losses.isWary && (await this.#isGone(candidate))) return undefined;
    if (wants !== undefined && !(await this.#isWanted(candidate, wants))) return undefined;
    return await this.#taker.take(candidate);
  }

  #decided(won: boolean): void {
    this.#losses.decided(won);
    if (this.#backlog.isForAll) this.#patience.helped(won);
  }

  async #isGone({ fileName }: Candidate): Promise<boolean> {
    if (await exists(this.#disk, join(this.#disk.layout.box(this.box), fileName))) return false;
    noteTaken(this.#disk, fileName);
    this.#losses.foundGone();
    return true;
  }

  #empty(lookAgainAt_ms: number | null): ClaimResult {
    const due_ms = this.#backlog.nextReadyAt_ms;
    const next_ms = Math.min(due_ms ?? Number.POSITIVE_INFINITY, lookAgainAt_ms ?? Number.POSITIVE_INFINITY);
    return { kind: 'empty', nextReadyAt_ms: Number.isFinite(next_ms) ? next_ms : null };
  }

  async #list(): Promise<void> {
    this.#losses.listing();
    await this.#lookForRivals();
    const listed = this.#pace.begins();
    await this.#idle.beginListing();
    const unwanted = this.#unwanted;
    const { failing } = this.#faults;
    const skipped = failing.known.size === 0 ? unwanted : new Set([...unwanted, ...failing.known]);
    const accepts = this.#filter.accepts === undefined ? null : (name: Name) => this.#accepts(name);
    const seen = await this.#backlog.fill(skipped, accepts, this.#breather);
    failing.listed(seen);
    this.#unwanted =
      skipped === unwanted ? seen : new Set([...seen].filter((fileName) => unwanted.has(fileName)));
    listed(this.#backlog.listed);
    this.#listedSize = this.#backlog.size;
    // Outside writers' files wait no longer than others': some get their names, and so their place, with each listing.
    await this.#adoptSome();
  }

  /** Who begins at a box, or comes back to it, is to know the others before it takes what is theirs. */
  async #lookForRivals(): Promise<void> {
    if (this.#detachable) return; // It has another owner for each message, and shares with nobody.
    this.#rivals.listing();
    try {
      this.#rivals.see(await namesIn(this.#disk, this.#disk.layout.leases(this.box)), this.#taker.owner);
    } catch {
      // Without it consumers only get in each other's way. Where leases cannot be listed, admission fails, and tells of it.
    }
  }

  #accepts(name: Name): boolean {
    const { accepts } = this.#filter;
    return (
      accepts === undefined ||
      accepts(makeEntry(this.#disk, 'ready', this.box, name, this.#disk.layout.root, null))
    );
  }

  /** Names outside files until enough of them are for this consumer; true if any was. */
  async #adoptSome(): Promise<boolean> {
    let adopted = 0;
    while (adopted < ADOPT_BATCH) {
      const fileName = this.#backlog.takeForeign();
      if (fileName === undefined) break;
      await this.#breather.breathe();
      const candidate = await this.#faults.attempt(fileName, () => adopt(this.#disk, this.box, fileName));
      if (candidate === undefined || !this.#accepts(candidate.name)) continue;
      this.#backlog.add(candidate);
      adopted += 1;
    }
    return adopted > 0;
  }

  /**
   * Adds one of those that failed before, now that nothing else is left; false where each was tried since the last listing. Many
   * in a row end the claim, as ever; the next one begins with what is new.
   */
  async #addFailing(): Promise<boolean> {
    const fileName = this.#faults.failing.next();
    if (fileName === undefined) return false;
    const name = parseReady(fileName);
    const candidate =
      name === null
        ? await this.#faults.attempt(fileName, () => adopt(this.#disk, this.box, fileName))
        : { fileName, name };
    if (candidate !== undefined && this.#accepts(candidate.name)) this.#backlog.add(candidate);
    return true;
  }

  async #isWanted(candidate: Candidate, wants: (bytes: Uint8Array) => boolean): Promise<boolean> {
    const content = await readContent(this.#disk, join(this.#disk.layout.box(this.box), candidate.fileName));
    if (content === undefined) return false;
    if ('fault' in content || wants(content.bytes)) return true;
    this.#unwanted.add(candidate.fileName);
    return false;
  }
}
