/** How long a message that is taken by hand is held, unless said otherwise. */
export const DEFAULT_HAND_LEASE = '10m';
