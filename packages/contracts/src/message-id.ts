import { invalidDefinition } from './message-error.ts';

const LARGEST_TIME_MS = 2 ** 48 - 1;
const COUNTER_BITS = 32;
const COUNTER_SEED_BITS = 31;

let last_ms = -1;
let counter = 0;

/**
 * A new message id: a UUID version 7 (RFC 9562), so that ids sort by time.
 *
 * Within one process each id is greater than the one before, also within a millisecond and when the clock steps back: a
 * 32-bit counter (seeded at random, so that processes do not collide) follows the time, and 42 random bits follow it.
 *
 * @param now_ms milliseconds since 1970
 * @throws MessageError ERR_INVALID_DEFINITION for what is no such time
 */
export function newMessageId(now_ms: number = Date.now()): string {
  if (!(now_ms >= 0 && now_ms <= LARGEST_TIME_MS)) {
    throw invalidDefinition(
      `A message id needs a time from 0 to ${LARGEST_TIME_MS} ms; the clock gave ${now_ms}.`,
    );
  }
  const random = globalThis.crypto.getRandomValues(new Uint8Array(10));
  advance(Math.floor(now_ms), random);

  const time = last_ms.toString(16).padStart(12, '0');
  const count = counter.toString(2).padStart(COUNTER_BITS, '0');
  const rest = [...random.subarray(4)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, 42);
  // 12 bits of the counter go before the variant, 20 after it: the counter is the most significant part throughout.
  const high = Number.parseInt(count.slice(0, 12), 2).toString(16).padStart(3, '0');
  const low = BigInt(`0b10${count.slice(12)}${rest}`)
    .toString(16)
    .padStart(16, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${low.slice(0, 4)}-${low.slice(4)}`;
}

/** Moves to the next (time, counter) pair, which is always greater than the one before. */
function advance(now_ms: number, random: Uint8Array): void {
  if (now_ms > last_ms) {
    last_ms = now_ms;
    counter = new DataView(random.buffer).getUint32(0) % 2 ** COUNTER_SEED_BITS;
    return;
  }
  counter += 1;
  if (counter < 2 ** COUNTER_BITS) return;
  last_ms += 1;
  counter = 0;
}
