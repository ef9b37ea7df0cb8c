import type { Box } from '@tapps-agents/queue';
import type { SentMessage } from './history.ts';
import type { Inode } from './inode.ts';
import { causeOf, knownMessages } from './known-messages.ts';
import { checkLedger } from './ledger-checks.ts';
import { survey, type SurveyedFile } from './survey.ts';
import type { World } from './world.ts';

/** What must hold at any moment, and right after a crash. */
export function checkNow(world: World): void {
  const files = survey(world.machine.disk, world.root);
  checkContents(world, files);
  checkPlaces(world, files);
  checkReasons(world, files);
  checkPresence(world, files, (file) => file.state !== 'temporary');
  // What retention forgets at once can be looked for right after a power loss only.
  checkLedger(world, files, () => !world.scenario.forgets);
}

/** What must hold when everything was handled: each message that was acknowledged is finished, or dead. */
export function checkDrained(world: World): void {
  checkNow(world);
  const files = survey(world.machine.disk, world.root);
  checkPresence(world, files, ({ state }) => state === 'processed' || state === 'dead');
  for (const agentId of world.scenario.agents) checkAnswers(world, files, agentId);
  checkPassedOn(world, files);
  checkStrangers(world);
  const isKnown = knownMessages(world, files);
  for (const file of files) {
    const { id, state } = file;
    if ((state !== 'processed' && state !== 'dead') || id === null || isKnown(file)) continue;
    world.history.violate('unexpected', `${id} is ${state}, and nobody sent it`);
  }
}

/** What must hold when everybody has left and retention has run: nothing is left over. */
export function checkCleaned(world: World): void {
  // Whoever was killed while it took its answer from an outbox leaves a lease there; that is for who collects, if anybody does.
  const mustBeEmpty =
    world.scenario.collectors > 0
      ? /^(?:tmp|locks\/(?:owners|ended|inbox|outbox))\//
      : /^(?:tmp|locks\/(?:owners|ended|inbox))\//;
  for (const { path } of world.machine.disk.files(world.root)) {
    const below = path.slice(world.root.length + 1);
    const isLeftOver = mustBeEmpty.test(below);
    if (isLeftOver) world.history.violate('left over', below);
  }
  // Where directories cannot be flushed, or files get lost, a power loss may have taken the token, and nobody may make another.
  if (world.machine.crashes > 0 && (!world.scenario.flushesDirectories || world.scenario.splitsRenames))
    return;
  const token = world.machine.disk.find(`${world.root}/locks/mutexes/retention`);
  const names = [...(token?.entries.keys() ?? [])];
  if (token !== undefined && !(names.length === 1 && names[0]?.endsWith('~free') === true)) {
    world.history.violate('left over', `the mutex of retention holds: ${names.join(' ')}`);
  }
}

/** Whether anything still waits to be handled by those who are at work. */
export function isDrained(world: World): boolean {
  const boxes = world.scenario.collectors > 0 ? ['inbox', 'outbox'] : ['inbox'];
  return boxes.every((box) =>
    [`${world.root}/${box}`, `${world.root}/locks/${box}`].every((directory) =>
      holdsNoMessage(world.machine.disk.find(directory)),
    ),
  );
}

/** Asked after almost every step, so that it looks at names only, in the order in which they come. */
function holdsNoMessage(directory: Inode | undefined): boolean {
  if (directory === undefined) return true;
  for (const [name, inode] of directory.entries) {
    if (inode.kind === 'directory' && !holdsNoMessage(inode)) return false;
    if (inode.kind === 'file' && name.endsWith('.json') && !name.startsWith('.')) return false;
  }
  return true;
}

/** What waits to be handled, for the report of a run that did not come to an end. */
export function whatIsLeft(world: World): string {
  return survey(world.machine.disk, world.root)
    .filter(({ state }) => state === 'ready' || state === 'leased' || state === 'outside')
    .map(({ path }) => path.slice(world.root.length + 1))
    .join(' ');
}

/** Nothing that can be seen is half-written. */
function checkContents(world: World, files: readonly SurveyedFile[]): void {
  for (const { path, state, text, value, id } of files) {
    if (state === 'temporary' || state === 'other' || world.history.outside.has(text)) continue;
    const sent = id === null ? undefined : world.history.sent.get(id);
    // What was sent without being flushed may be damaged by a loss of power, and by nothing else.
    // A remark that a handler made is not flushed, and where it is finished its name does not tell what it was.
    const isFlushed = sent === undefined ? path.includes('_task_complete~') : sent.durability !== 'none';
    if (world.machine.crashes > 0 && !isFlushed) continue;
    const isWhole = sent === undefined || state === 'reason' ? value !== undefined : text === sent.text;
    if (!isWhole) world.history.violate('half-written', `${path}: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

/** No message is in more places than times it was sent. */
function checkPlaces(world: World, files: readonly SurveyedFile[]): void {
  const places = new Map<string, string[]>();
  for (const { id, state, path } of files) {
    if (id === null || state === 'temporary' || state === 'reason' || state === 'other') continue;
    places.set(id, [...(places.get(id) ?? []), path]);
  }
  for (const [id, paths] of places) {
    const sends = world.history.sent.get(id)?.attempts ?? Number.POSITIVE_INFINITY;
    const attempts = sends + world.history.forcedReplays;
    if (paths.length > attempts) {
      world.history.violate('in two places', `${id} was sent ${attempts} times: ${paths.join(' ')}`);
    }
  }
}

/** Whoever is dead has a reason beside it. */
function checkReasons(world: World, files: readonly SurveyedFile[]): void {
  // A power loss may take the reason, where its name could not be flushed before the message came.
  if (world.machine.crashes > 0 && (!world.scenario.flushesDirectories || world.history.hasLostFiles)) return;
  const reasons = new Map(files.filter(({ state }) => state === 'reason').map((file) => [file.path, file]));
  for (const { path, state } of files) {
    if (state !== 'dead') continue;
    const reason = reasons.get(`${path.slice(0, -'.json'.length)}.reason.json`)?.value;
    if (typeof reason?.['reason'] !== 'string') world.history.violate('dead without a reason', path);
  }
}

/** What was acknowledged to its sender is there, or finished. */
function checkPresence(
  world: World,
  files: readonly SurveyedFile[],
  counts: (file: SurveyedFile) => boolean,
): void {
  const present = new Set(files.flatMap((file) => (counts(file) && file.id !== null ? [file.id] : [])));
  for (const sent of world.history.sent.values()) {
    if (!isPromised(world, sent) || present.has(sent.id)) continue;
    const canBeGone = world.machine.crashes > 0 || world.scenario.forgets;
    const agents = world.scenario.agents.filter((agentId) =>
      world.history.isFinished({ kind: 'inbox', agentId }, sent.id, canBeGone),
    );
    if (agents.length > 0) continue;
    world.history.violate('lost', `${sent.id}, acknowledged as ${sent.acknowledged ?? ''}`);
  }
}

/** A task that was finished was answered, by a message as durable as tasks are. */
function checkAnswers(world: World, files: readonly SurveyedFile[], agentId: string): void {
  if (world.scenario.receivers > 0 && agentId === world.scenario.agents[0]) return; // Who takes messages by hand answers by hand.
  if (world.history.hasLostFiles) return; // Perhaps it was the answer.
  if (world.scenario.forgets) return; // Also what answered.
  if (!world.scenario.flushesDirectories && world.machine.crashes > 0) return; // Nothing was promised.
  const inbox: Box = { kind: 'inbox', agentId };
  const outbox: Box = { kind: 'outbox', agentId };
  const answered = new Set(files.filter(({ box }) => box === 'outbox').map(({ value }) => causeOf(value)));
  // Also what was finished by one who did not live to hear of it.
  const finished = files.filter(
    ({ state, box, id }) => state === 'processed' && box === 'inbox' && sentTo(world, id) === agentId,
  );
  for (const id of new Set([...world.history.finishedIn(inbox), ...finished.map(({ id: of }) => of ?? '')])) {
    const planned = world.scenario.messages.find((message) => message.id === id);
    if (planned?.type !== 'task_assignment' || answered.has(id)) continue;
    if (world.machine.crashes > 0 && world.history.finishedIn(outbox).length > 0) continue;
    world.history.violate('not answered', id);
  }
}

function sentTo(world: World, id: string | null): string | undefined {
  return world.scenario.messages.find((message) => message.id === id)?.agent;
}

/** What a handler sent to another agent together with its acknowledgement is as good as a task sent with `full`. */
function checkPassedOn(world: World, files: readonly SurveyedFile[]): void {
  if (world.scenario.forgets) return;
  if (!world.scenario.flushesDirectories && world.machine.crashes > 0) return;
  const inbox = files.filter(({ box, path }) => box === 'inbox' && !path.includes('~x'));
  const processed = new Set(inbox.flatMap(({ state, id }) => (state === 'processed' ? [id] : [])));
  const dead = new Set(inbox.flatMap(({ state, id }) => (state === 'dead' ? [id] : [])));
  for (const [id, passed] of world.history.passedOn) {
    if (!processed.has(id)) continue;
    for (const other of passed) {
      if (processed.has(other) || dead.has(other) || world.history.lostIds.has(other)) continue;
      world.history.violate('not passed on', `${other}, with ${id}`);
    }
  }
}

/** What is no file of ours is left alone. */
function checkStrangers(world: World): void {
  if (world.machine.crashes > 0) return; // Nobody flushed them.
  for (const path of world.history.strangers) {
    if (world.machine.disk.find(path) === undefined) world.history.violate('a stranger is gone', path);
  }
}

function isPromised(world: World, { acknowledged, acknowledgedAtCrash }: SentMessage): boolean {
  if (acknowledged === null) return false;
  return acknowledged === 'full' || acknowledgedAtCrash === world.machine.crashes;
}
