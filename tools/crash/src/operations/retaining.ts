import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Operation, Site } from '../operation.ts';
import { violate } from '../outcome.ts';
import { survey, type SurveyedFile } from '../survey.ts';
import { task, withQueue } from './messages.ts';

const day_ms = 86_400_000;
const hour_ms = 3_600_000;

/** Old things beside young ones of every kind, and a process that died. */
export const retaining: readonly Operation[] = [
  {
    name: 'retention',
    summary: 'remove what is old, of every kind, beside what is not',
    retention: { processedMaxAge: '7d', deadMaxAge: '30d' },
    async arrange(site) {
      await withQueue(site, async (queue) => {
        const finished = ['old1', 'old2', 'young'].map((id) => site.know(task(id)));
        await queue.sendMany(finished);
        await queue.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
        for (const id of ['dead-old', 'dead-young', 'orphan']) {
          const message = task(id);
          await queue.send(id === 'orphan' ? message : site.know(message));
          const { value } = await queue.receive().next();
          await value?.reject('no such file');
        }
        await queue.send(site.know(task('failed')));
        const { value } = await queue.receive().next();
        await value?.retry({ delay: '1m', error: new Error('not yet') });
        await queue.sendMany(['held1', 'held2'].map((id) => site.know(task(id))));
      });
      await site.leaveBehind('hold-two');
      for (const id of ['old1', 'old2', 'dead-old']) site.mayGo(id);
      age(site);
    },
    async act(stage) {
      const queue = await stage.open();
      stage.begin();
      await queue.operations.retain();
    },
    async tryAgain(queue) {
      await queue.operations.retain();
    },
    check(outcome) {
      for (const { id, path, kind } of outcome.atRest) {
        const isOld = ['old1', 'old2', 'dead-old', 'orphan'].includes(id) || /\/00000000/.test(path);
        // A directory is as young as the last change in it.
        if (path.startsWith('tmp/') && path.includes('002.tmp')) continue;
        if (isOld && kind !== 'journal' && !path.includes('outbox')) violate(outcome, 'not removed', path);
      }
    },
  },
];

/** Sets the times: what has `old` in its name is old, and so is a journal that must stay as its message still waits. */
function age(site: Site): void {
  const { root } = site;
  const files = survey(root);
  for (const file of files) {
    const isOld = /old|orphan/.test(file.id) || /old|orphan/.test(file.path);
    if (isOld && file.kind !== 'ready') older(join(root, file.path), 40 * day_ms);
    if (file.kind === 'dead' && file.id === 'orphan') rmSync(join(root, file.path));
    if (mustStay(file)) site.keep(file.path);
  }
  for (const file of files.filter(({ kind }) => kind === 'journal')) {
    if (!file.path.includes('dead-young')) older(dirname(join(root, file.path)), 40 * day_ms);
  }
  put(root, 'tmp/00000000-0000-4000-8000-000000000001.tmp', 2 * hour_ms);
  mkdirSync(join(root, 'tmp/00000000-0000-4000-8000-000000000002.tmp'));
  put(root, 'tmp/00000000-0000-4000-8000-000000000002.tmp/g0~free', 2 * hour_ms);
  older(join(root, 'tmp/00000000-0000-4000-8000-000000000002.tmp'), 2 * hour_ms);
  put(root, 'locks/ended/00000000~00000000-0000-4000-8000-000000000003.json', 2 * day_ms);
  for (const young of [
    'tmp/10000000-0000-4000-8000-000000000001.tmp',
    'locks/ended/10000000~10000000-0000-4000-8000-000000000003.json',
  ]) {
    put(root, young, 0);
    site.keep(young);
  }
}

function mustStay({ kind, id, path }: SurveyedFile): boolean {
  if (['layout', 'gitignore'].includes(kind)) return true;
  if (kind === 'journal') return path.includes('/failed/') || path.includes('/dead-young/');
  return (kind === 'processed' && id === 'young') || path.includes('_dead-young_');
}

function put(root: string, path: string, age_ms: number): void {
  writeFileSync(join(root, path), '{}');
  older(join(root, path), age_ms);
}

function older(path: string, age_ms: number): void {
  const time_s = (statSync(path).mtimeMs - age_ms) / 1_000;
  utimesSync(path, time_s, time_s);
}
