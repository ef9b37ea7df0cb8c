import {
  clipDeadLetterReason,
  parseDeadLetterReason,
  serializeDeadLetterReason,
  type DeadLetterReason,
} from '@tapps-agents/contracts';
import { mustBePlain } from '../rules/prototypes.ts';
import { drawnJson, drawnReasons } from '../structured.ts';
import { seldom } from '../seldom.ts';
import { Violation, type Target } from '../target.ts';
import { tolerating } from '../rules/errors.ts';
import { render } from '../rules/rendered.ts';
import { sampleEntry } from '../sample-entry.ts';
import { sampleReport } from '../sample-report.ts';

/** The reasons beside dead letters: read, shown, and taken over into another reason. */
export const deadLetterReasonTarget: Target = {
  name: 'dead-letter-reason',
  about: 'parseDeadLetterReason, and how the cli shows what it returns',
  kind: 'memory',
  share: 2,
  material: (seed) => ({ seeds: [...drawnReasons(seed), ...drawnJson(seed).slice(0, 6)] }),
  async run(input) {
    const reason = await tolerating('read a reason', () => parseDeadLetterReason(input));
    if (reason === undefined) return;
    mustBePlain(reason, 'a reason that was read');
    if (reason.history.length > 100 || reason.details.length > 100)
      throw new Violation('without bounds', 'a history or a list of faults');
    if (seldom(input, 4)) {
      const entry = sampleEntry('dead');
      render.deadLetters([{ entry, location: '/root/dlq/x.json', reason }]);
      render.message(sampleReport({ entry, reason, failures: reason.history, deaths: [reason] }));
    }
    // What the history of one reason holds must fit into the next one.
    await tolerating('write a reason', () => serializeDeadLetterReason(clipDeadLetterReason(known(reason))));
  },
};

/** Without unknown fields, which are ignored when reading and refused when writing. */
function known({ code, reason, details, history, ...rest }: DeadLetterReason) {
  return { ...rest, code, reason, details, history };
}
