import { ack } from './ack.ts';
import { agents } from './agents.ts';
import type { Command } from './command.ts';
import { completion } from './completion.ts';
import { dlq } from './dlq.ts';
import { doctor } from './doctor.ts';
import { drain } from './drain.ts';
import { exportCommand } from './export.ts';
import { gc } from './gc.ts';
import { importCommand } from './import.ts';
import { purge } from './purge.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import { pause } from './pause.ts';
import { receive } from './receive.ts';
import { reject } from './reject.ts';
import { renew } from './renew.ts';
import { replay } from './replay.ts';
import { resume } from './resume.ts';
import { schema } from './schema.ts';
import { send } from './send.ts';
import { validate } from './validate.ts';
import { retry } from './retry.ts';
import { snooze } from './snooze.ts';
import { watch } from './watch.ts';
import { work } from './work.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  init,
  agents,
  send,
  work,
  receive,
  ack,
  retry,
  reject,
  snooze,
  renew,
  inspect,
  watch,
  doctor,
  dlq,
  replay,
  pause,
  resume,
  schema,
  validate,
  drain,
  gc,
  purge,
  exportCommand,
  importCommand,
  completion,
];
