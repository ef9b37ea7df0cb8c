import { MAX_MESSAGE_BYTES } from '@tapps-agents/contracts';
import { messagesIn } from '../../../../packages/cli/src/sending/message-input.ts';
import { placedFaults } from '../../../../packages/cli/src/render/placed-faults.ts';
import { styleFor } from '../../../../packages/cli/src/render/style.ts';
import { validateMessage } from '../../../../packages/cli/src/validate/validate-message.ts';
import { mustBeTerminalSafe } from '../rules/terminal.ts';
import { drawnJson, drawnMessages } from '../structured.ts';
import { Violation, type Target } from '../target.ts';

/** Faults of one message that are shown here: there may be as many as bytes. */
const MOST_SHOWN = 20;

/** Files that `send` and `validate` are given: taken apart, judged, and what is wrong shown beside its line. */
export const messageInputTarget: Target = {
  name: 'message-input',
  about: 'files with messages that the cli is given, whole or one a line, and how it shows their faults',
  kind: 'memory',
  share: 1,
  material: (seed) => {
    const messages = drawnMessages(seed);
    const lines = messages.slice(0, 5).flatMap((bytes) => [...bytes, 0x0a]);
    return { seeds: [...messages, Uint8Array.from(lines), ...drawnJson(seed).slice(0, 6)] };
  },
  async run(input) {
    const form = input.byteLength % 3 === 0 ? 'one a line' : 'told by content';
    let last = 0;
    for await (const { line, bytes } of messagesIn(pieces(input), 'given.json', MAX_MESSAGE_BYTES, form)) {
      if (bytes.byteLength > MAX_MESSAGE_BYTES + 1)
        throw new Violation('without bounds', `${bytes.byteLength} bytes`);
      if (line !== null && line <= last) throw new Violation('input', `line ${line} after line ${last}`);
      last = line ?? 1;
      const validation = validateMessage(bytes, { strict: input.byteLength % 2 === 0 });
      for (const { place } of validation.faults)
        if (place.offset < 0 || place.offset > bytes.byteLength)
          throw new Violation('input', `a fault at ${place.offset} of ${bytes.byteLength} bytes`);
      let shown = 0;
      const layout = { columns: input.byteLength % 5 === 0 ? 40 : 120, style: styleFor(false) };
      for (const text of placedFaults('given.json', last, validation, layout)) {
        mustBeTerminalSafe(String(text), 'a fault');
        if ((shown += 1) === MOST_SHOWN) break;
      }
    }
  },
};

/** As a file is read: in pieces that end anywhere. */
async function* pieces(input: Uint8Array): AsyncGenerator<Uint8Array> {
  const most = Math.max(1, Math.ceil(input.byteLength / 3));
  for (let at = 0; at < input.byteLength; at += most)
    yield await Promise.resolve(input.subarray(at, at + most));
}
