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

/**
 * Those without a journal, and those whose driver is a process of which nothing is known but that (the same numbers). exfat-fuse
 * removes the old name and then writes the new one: docs/reliability.md, "File systems".
 */
const RENAMES_IN_STEPS: ReadonlyMap<number, string> = new Map([
  [0x2011bab0, 'exFAT'],
  [0x4d44, 'FAT'],
  [0x65735546, 'FUSE: the driver is a program, such as those for exFAT and NTFS'],
]);

/** What kind of file system this is, as far as it makes a difference. */
export async function checkFileSystem(round: Round): Promise<Finding[]> {
  const { layout, fileSystem } = round.disk;
  const space = await round.attempt(layout.root, async () => await fileSystem.space(layout.root));
  // node reads the number as a signed one on some platforms.
  const typeId = (space?.typeId ?? 0) >>> 0;
  return [
    ...checkNetwork(NETWORK.get(typeId) ?? (layout.root.startsWith('\\\\') ? 'a share' : undefined)),
    ...checkRenames(RENAMES_IN_STEPS.get(typeId)),
    ...(await checkCase(round)),
  ];
}

function checkNetwork(name: string | undefined): Finding[] {
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

function checkRenames(name: string | undefined): Finding[] {
  if (name === undefined) return [];
  const found = new Tally();
  found.add('.', name);
  return found.found({
    code: 'renames_in_steps',
    severity: 'warning',
    text: 'Where the power goes in the middle of a rename, this file system may keep the file under neither name: a message that is just being taken, given back or finished can be lost, also one that was sent with full durability. ext4, XFS and btrfs rename in one step.',
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
