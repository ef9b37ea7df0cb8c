import { basename, dirname, join } from 'node:path';
import type { Finding } from '../../diagnosis.ts';
import { statusOf } from '../disk.ts';
import type { Round } from './round.ts';
import { Tally } from './tally.ts';

/** File systems that other computers may write at the same time, by their numbers in Linux (statfs(2), linux/magic.h). */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x564c, 'NCP'],
]);

/** What kind of file system this is, as far as it makes a difference. */
export async function checkFileSystem(round: Round): Promise<Finding[]> {
  return [...(await checkNetwork(round)), ...(await checkCase(round))];
}

async function checkNetwork(round: Round): Promise<Finding[]> {
  const { layout, fileSystem } = round.disk;
  const space = await round.attempt(layout.root, async () => await fileSystem.space(layout.root));
  // node reads the number as a signed one on some platforms.
  const name =
    NETWORK.get((space?.typeId ?? 0) >>> 0) ?? (layout.root.startsWith('\\\\') ? 'a share' : undefined);
  if (name === undefined) return [];
  const found = new Tally();
  found.add('.', name);
  return found.found({
    code: 'network_file_system',
    severity: 'warning',
    text: `The messages lie on a network file system (${name}): new ones are noticed by polling only, and how far a confirmed write survives is up to the server. A local disk is faster and safer where one computer does.`,
    mendable: false,
  });
}

/** Ids are encoded so that upper and lower case do not matter, so this is good to know and no more. */
async function checkCase(round: Round): Promise<Finding[]> {
  const { version } = round.disk.layout;
  const shouted = join(dirname(version), basename(version).toUpperCase());
  if ((await statusOf(round.disk, shouted)) === null) return [];
  for await (const { name } of round.list(round.disk.layout.root)) {
    if (name === basename(shouted)) return []; // There are two of them, so case does matter.
  }
  const found = new Tally();
  found.add('.', `${basename(shouted)} and ${basename(version)} are one file`);
  return found.found({
    code: 'case_insensitive',
    severity: 'info',
    text: 'The file system does not tell upper from lower case. The queue’s own names take care of that; those that other programs give their files should differ in more.',
    mendable: false,
  });
}
