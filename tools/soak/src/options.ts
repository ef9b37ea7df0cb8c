import { parseArgs } from 'node:util';
import { PLANTS, type Plant } from './planted-faults.ts';

/** What the command line asks for. */
export interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly producers: number;
  readonly consumers: number;
  readonly lease_ms: number;
  readonly rate: number;
  readonly drain_s: number;
  readonly directory: string | null;
  readonly plant: Plant | null;
  readonly json: boolean;
  readonly keep: boolean;
}

/** How the tool is used, for `--help`. */
export const USAGE = `npm run soak -- [options]

Real producers and consumers on a real directory, killed and stopped at random; then what they recorded is judged.

  --seconds 20     how long they work
  --seed N         what is sent and who is harmed when; default: drawn, and printed
  --producers 8    processes that send
  --consumers 8    processes that handle; every fourth collects what the others answer
  --lease 1000     milliseconds, from 1000 up
  --rate 200       messages a second, at most
  --drain 180      seconds that the drain may take
  --dir D          an empty or new directory to work in; default: a new one for temporary files
  --keep           leave the directory behind also when all went well
  --plant FAULT    plant a fault, to see it noticed: ${PLANTS.join(', ')}
  --json           print the result as JSON

Exits with 1 when a promise was broken, and when too little happened to say so (few messages, kills or takeovers for the time);
the directory is left behind then.`;

/** Null for `--help`. Throws a TypeError that says what is wrong. */
export function parseOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string' },
      producers: { type: 'string', default: '8' },
      consumers: { type: 'string', default: '8' },
      lease: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '200' },
      drain: { type: 'string', default: '180' },
      dir: { type: 'string' },
      plant: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const plant = PLANTS.find((name) => name === values.plant) ?? null;
  if (values.plant !== undefined && plant === null) {
    throw new TypeError(`--plant must be one of ${PLANTS.join(', ')}; got ${JSON.stringify(values.plant)}.`);
  }
  return {
    seconds: wholeNumber('seconds', values.seconds, 1),
    seed: wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 1_000_000)), 0),
    producers: wholeNumber('producers', values.producers, 1),
    consumers: wholeNumber('consumers', values.consumers, 1),
    lease_ms: wholeNumber('lease', values.lease, 1_000),
    rate: wholeNumber('rate', values.rate, 1),
    drain_s: wholeNumber('drain', values.drain, 1),
    directory: values.dir ?? null,
    plant,
    json: values.json,
    keep: values.keep,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`--${option} must be a whole number from ${least} up; got ${JSON.stringify(text)}.`);
}
