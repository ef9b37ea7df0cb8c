import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '../src/cases.ts';
import { run } from '../src/run.ts';
import { findPython, PlantedExample } from './support/planted-example.ts';

/** Each fault, planted into an implementation that passes every case, and the cases that notice it. */
const NOTICED_BY: Readonly<Record<string, readonly string[]>> = {
  written_in_place: ['publish-in-one-rename'],
  short_write_goes_unnoticed: ['refuse-torn-write'],
  temporary_file_stays: ['publish-task'],
  inbox_is_made_for_anybody: ['refuse-unknown-recipient'],
  ids_are_not_encoded: ['register-vectors', 'publish-to-encoded-agents', 'ack-encoded'],
  any_directory_is_an_agent: ['list-agents'],
  case_is_not_encoded: ['register-vectors'],
  newer_layout_is_read: ['refuse-newer-layout', 'claim-newer-layout', 'publish-permissions-of-a-group'],
  links_are_gone_through: ['refuse-link-as-inbox', 'adopt-through-no-link'],
  claims_by_copy: ['two-claim-one'],
  delivery_is_not_counted: ['claim'],
  oldest_are_not_first: ['claim-order'],
  delay_is_ignored: ['claim-not-before'],
  pause_is_ignored: ['paused-all', 'paused-agent', 'paused-while-open'],
  dot_files_are_adopted: ['adopt-none-of-these'],
  bad_messages_are_dropped: ['dead-not-json', 'reject'],
  reason_comes_last: ['dead-reason-first'],
  numbers_may_be_text: ['invalid-true-for-a-number'],
  misrouted_is_handled: ['dead-misrouted'],
  expiry_is_ignored: ['dead-expired'],
  other_leases_are_ignored: ['copy-in-other-hands', 'copies-one-after-another', 'two-claim-two-copies'],
  ledger_is_ignored: ['duplicate'],
  late_owner_is_not_noticed: ['late-ack', 'late-renew'],
  record_is_not_watched: ['heartbeat', 'ended-while-holding'],
  failure_is_not_counted: ['retry'],
  nothing_is_taken_over: ['takeover-of-the-dead', 'takeover-without-a-record'],
  living_are_taken_over: ['takeover-not-of-the-living', 'takeover-not-of-another-host'],
  age_is_compared: ['takeover-not-by-the-clock'],
  lease_goes_before_the_record: ['takeover-record-first'],
  bytes_are_rewritten: ['ack'],
  answers_have_new_ids: ['answer-invalid'],
  sentences_are_not_mended: ['answer-well-formed'],
  nothing_is_handed_back: ['end-in-good-order'],
  unreadable_name_stops_the_list: ['list-agents-past-the-unreadable'],
  times_may_be_beyond_names: [
    'refuse-delay-beyond-names',
    'refuse-delay-before-1970',
    'refuse-ttl-beyond-names',
    'refuse-ttl-before-1970',
    'release-beyond-names',
  ],
  status_may_have_files: ['refuse-file-in-a-status'],
  bare_arguments_are_left_out: ['refuse-bare-argument'],
  last_of_two_fields_is_sent: ['refuse-time-given-twice', 'refuse-field-given-twice'],
  text_is_mended: ['register-not-utf8', 'refuse-task-id-not-utf8'],
  unreadable_record_stops_all: ['takeover-past-a-directory', 'takeover-past-a-link'],
  unwritable_journal_stops_its_claim: ['takeover-past-a-journal'],
  underscores_are_encoded_everywhere: ['ack-with-underscores', 'duplicate-with-underscores'],
  ids_are_normalized: ['register-without-normalization'],
  times_may_be_in_small_letters: ['invalid-times', 'refuse-times'],
  fractions_may_have_ten_digits: ['invalid-times', 'refuse-times'],
  offsets_may_be_minus_nought: ['invalid-times'],
  leap_seconds_are_times: ['invalid-times', 'refuse-times'],
  hour_24_is_a_time: ['invalid-times', 'refuse-times'],
  year_0_is_none: ['read-times'],
  integers_may_be_of_any_size: ['invalid-integer-too-large', 'invalid-float-too-large'],
  range_is_judged_in_metadata_alone: [
    'invalid-number-in-inputs',
    'invalid-number-in-an-unknown-field',
    'invalid-number-in-unknown-inputs',
  ],
  range_is_judged_in_known_fields_alone: ['invalid-number-in-an-unknown-field'],
  run_is_lost_on_the_way_back: ['release-keeps-the-rest', 'retry-keeps-the-rest'],
  priority_is_lost_on_the_way_back: ['release-keeps-the-rest', 'retry-keeps-the-rest'],
  nonce_is_kept: ['release-keeps-the-rest', 'retry-keeps-the-rest'],
  deliveries_are_five_for_everybody: ['claim-within-many-retries'],
  retries_have_no_end: ['dead-failed-901-times'],
  a_status_has_forty_retries: ['retry-a-status-no-more'],
  history_is_newest_first: ['history-oldest-first'],
  backoff_is_a_step_ahead: ['retry-backoff'],
  backoff_of_a_status_is_a_minute: ['retry-backoff-of-a-status'],
  backoff_is_not_random: ['retry-backoff'],
};

const python = findPython();
let example: PlantedExample | undefined;
beforeAll(() => {
  if (python !== null) example = new PlantedExample(python);
});
afterAll(() => example?.[Symbol.dispose]());

async function outcomes(fault: string, names: readonly string[]): Promise<Record<string, string>> {
  const chosen = cases.filter(({ name }) => names.includes(name));
  const verdicts = await run(chosen, { implementation: example!.command(fault), workers: 4, keep: false });
  return Object.fromEntries(verdicts.map(({ case: { name }, outcome }) => [name, outcome]));
}

test.skipIf(python === null)(
  'without a fault, each of these cases passes [needs python3 >= 3.10]',
  async () => {
    const names = [...new Set(Object.values(NOTICED_BY).flat())];
    expect(await outcomes('none', names)).toEqual(Object.fromEntries(names.map((name) => [name, 'passed'])));
  },
);

/** Noticed where two processes meet, which they hardly do while others keep the processors busy. */
const RACES: ReadonlySet<string> = new Set(['claims_by_copy', 'other_leases_are_ignored']);
const [races, others] = [true, false].map((isRace) =>
  Object.entries(NOTICED_BY).filter(([fault]) => RACES.has(fault) === isRace),
);

async function expectNoticed(fault: string, names: readonly string[]): Promise<void> {
  expect(await outcomes(fault, names)).toEqual(Object.fromEntries(names.map((name) => [name, 'failed'])));
}

const title = '%s is noticed by %j [needs python3 >= 3.10]';
test.skipIf(python === null).each(races!)(title, expectNoticed);
// Side by side, as a case that fails mostly waits for what does not come.
test.skipIf(python === null).concurrent.each(others!)(title, expectNoticed);
