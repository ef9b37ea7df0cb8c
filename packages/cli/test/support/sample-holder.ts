/** A worker of coder that lives, with nothing in hand that is told of. */
export const HOLDER = {
  owner: 'a1b2c3d4',
  agentId: 'coder',
  pid: 4711,
  host: 'build-1',
  state: 'alive',
  detached: false,
  timeLeft_ms: null,
  beatAt_ms: null,
} as const;
