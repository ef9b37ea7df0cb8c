/** The file systems on which the power is cut. */
export const kinds = ['ext4', 'xfs', 'btrfs'] as const;

/** One of `kinds`. */
export type Kind = (typeof kinds)[number];
