import type { SoakResult } from './soak-result.ts';

/** What became of a soak, for people. `shortfalls`: what there was too little of. */
export function report(result: SoakResult, shortfalls: readonly string[]): string {
  const { counts } = result;
  const rate = (count: number): string => `${(count / result.seconds).toFixed(1)}/s`;
  const rows: (readonly [string, number | string, string])[] = [
    ['seed', result.seed, ''],
    ['time', `${result.seconds.toFixed(0)} s`, `and ${result.drain_s.toFixed(1)} s of draining`],
    ['kills', result.kills, 'each process replaced by a new one'],
    ['stops', result.stops, `${result.longStops} of them longer than the lease`],
    ['takeovers', result.takeoversFromDead, 'messages taken back from holders that were killed'],
    ['', result.takeoversFromStopped, 'from holders that were stopped or blocked'],
    ['leases lost', result.leasesLost, 'noticed by their holders, who had come back'],
    ['attempted', counts.attempted, 'messages that somebody began to send'],
    ['acknowledged', counts.acknowledged, `told to their senders (${rate(counts.acknowledged)})`],
    ['handlings', counts.handlings, `begun by handlers (${rate(counts.handlings)})`],
    ['LOST', counts.lost, 'acknowledged and never handled'],
    ['UNEXPECTED', counts.unexpected, 'handled or kept, and never sent'],
    ['recovered', counts.recovered, 'outcome unknown to the sender, and handled'],
    ['duplicates', counts.duplicates, 'further complete handlings of one message (allowed)'],
    ['copies', counts.copies, 'sent twice, and dropped by the ledger'],
    ['effects', counts.effects, `applied, of ${counts.effectAttempts} attempts`],
    ['DOUBLED EFFECTS', counts.duplicateEffects, 'applied under a second key'],
    ['finished', counts.finished, 'tasks in the ledger'],
    ['dead letters', counts.dead, 'rejected, or failed too often, on purpose'],
    ['answers', counts.answers, 'completions and reports, collected'],
    ['temporary files', result.sweptTemporary, 'left by killed processes, and swept'],
    ['cut records', result.cutOwners, 'of owners killed as they wrote them, before any claim'],
    ['errors', Object.values(result.errors).reduce((sum, count) => sum + count, 0), errorCodes(result)],
    ['memory', megabytes(result.peakProducer_bytes), 'the most that a producer had'],
    ['', megabytes(result.peakConsumer_bytes), 'the most that a consumer had'],
    ['idle', idle(result.idle_percent), 'of one core, for a consumer with nothing to do'],
  ];
  const lines = rows.map(([name, value, remark]) =>
    `${name.padEnd(16)} ${String(value).padStart(9)}  ${remark}`.trimEnd(),
  );
  for (const { rule, detail } of result.violations) lines.push(`BROKEN: ${rule}: ${detail}`);
  if (result.violations.length === 0) lines.push('Every promise was kept.');
  for (const shortfall of shortfalls) lines.push(`TOO LITTLE: ${shortfall}.`);
  if (shortfalls.length > 0) lines.push('This run shows too little and has failed. Let it run for longer.');
  return lines.join('\n');
}

function megabytes(bytes: number | null): string {
  return bytes === null ? 'not known here' : `${Math.round(bytes / 2 ** 20)} MB`;
}

function errorCodes({ errors }: SoakResult): string {
  const codes = Object.entries(errors).map(([code, count]) => `${code} ${count}`);
  return codes.length === 0 ? 'reported in the background' : codes.join(', ');
}

function idle(percent: number | null): string {
  return percent === null ? 'not known' : `${percent.toFixed(1)} %`;
}
