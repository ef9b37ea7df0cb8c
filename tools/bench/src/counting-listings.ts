import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';

/** How often something was listed. */
export interface Listings {
  count: number;
}

/** node's file system; each listing of an agent's inbox is counted. */
export function countingListings(listings: Listings): FileSystem {
  const inner = nodeFileSystem();
  return {
    ...inner,
    list(path) {
      if (anInbox.test(path)) listings.count += 1;
      return inner.list(path);
    },
    // Of a copy with another `list` alone, small directories would be listed in the dearer way; node's port has this one.
    names: (path) => inner.names?.(path) ?? [],
  };
}

/** Leases and the ledger have directories of that name as well. */
const anInbox = /(?<![\\/](?:locks|processed|dlq|journal))[\\/]inbox[\\/][^\\/]+$/;
