import type { Verbs } from './verbs.ts';
import { contestant } from './roles/contestant.ts';
import { drainer } from './roles/drainer.ts';
import { rival } from './roles/rival.ts';
import { poller } from './roles/poller.ts';
import { filler } from './roles/filler.ts';
import { firstReader } from './roles/first-reader.ts';
import { sleeper } from './roles/sleeper.ts';
import { caller } from './roles/caller.ts';
import { bareCaller } from './roles/bare-caller.ts';
import { bareSleeper } from './roles/bare-sleeper.ts';
import { idler } from './roles/idler.ts';
import { toucher } from './roles/toucher.ts';
import { worker } from './roles/worker.ts';
import { cleaner } from './roles/cleaner.ts';
import { profiled } from './roles/profiled.ts';

/** Everything that a child can be. */
export const roles: Readonly<Record<string, (settings: never) => Promise<Verbs> | Verbs>> = {
  contestant,
  drainer,
  rival,
  poller,
  filler,
  firstReader,
  sleeper,
  toucher,
  caller,
  bareSleeper,
  bareCaller,
  idler,
  worker,
  cleaner,
  profiled,
};
