/** Every reason for which a message may be quarantined. */
export const REASON_CODES = [
  'unreadable',
  'too_large',
  'not_utf8',
  'not_json',
  'too_deep',
  'invalid_schema',
  'unsupported_version',
  'unknown_type',
  'expired',
  'misrouted',
  'rejected',
  'exhausted',
] as const;

/** Why a message is quarantined, as a word that programs can switch on. */
export type ReasonCode = (typeof REASON_CODES)[number];
