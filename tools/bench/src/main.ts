import { writeFileSync } from 'node:fs';
import { lookInside } from './inside/look-inside.ts';
import { commandOf, readOptions, usage, UsageError, type Options } from './options.ts';
import { installPeers } from './peers.ts';
import { peerVersions } from './peer-versions.ts';
import { findPlaces } from './place.ts';
import { compileFloor, repository } from './programs.ts';
import { writeDocuments } from './report/documents.ts';
import { thisMachine } from './report/machine.ts';
import { reportText, subjectsText, type Report } from './report/report.ts';
import { verdictTable } from './report/table.ts';
import type { RowResult } from './result.ts';
import type { Context } from './row.ts';
import { rows } from './rows.ts';
import { reasonIn } from './wording.ts';

/*
 * `npm run bench`: measures every row on every place, prints the table, and writes what was asked for. A target that is missed
 * is a finding, not a failure; it fails when something could not be run that should have been.
 */

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = readOptions(
      process.argv.slice(2),
      rows.map(({ name }) => name),
    );
    if (options === 'help') console.log(usage);
    else if (options.inside !== undefined) await lookInside(options, options.inside);
    else return await bench(options);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
}

async function bench(options: Options): Promise<number> {
  const machine = thisMachine();
  const { places, missing } = findPlaces(options.directory);
  const chosen = rows.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const lacking = new Map<string, string>();
  for (const what of missing) {
    const [name = '', ...why] = what.split(': ');
    lacking.set(name, why.join(': '));
  }
  using floor = compileFloor();
  const peers = options.peers ? installPeers(repository, (text) => console.error(text)) : null;
  const results: RowResult[] = [];
  let failed = 0;
  for (const row of chosen) {
    const onAll =
      row.once === true ? places.slice(-1) : places.filter(({ isDisk }) => isDisk || !row.diskOnly);
    if (onAll.length === 0) lacking.set(row.name, 'it is measured on a disk only, and this is memory');
    for (const place of onAll) {
      const context: Context = {
        place,
        sizes: options.sizes,
        floor,
        peers,
        lacks: (what, why) => lacking.set(what, reasonIn(why)),
        site: (files) => place.open(files),
      };
      try {
        const found = await row.run(context);
        results.push(...found);
        console.error(verdictTable(found).split('\n').slice(2).join('\n'));
      } catch (error) {
        failed += 1;
        lacking.set(`${row.name} on ${place.name}`, String(error));
        console.error(`${row.name} on ${place.name} failed:`, error);
      }
    }
  }
  const report: Report = {
    takenAt: new Date().toISOString(),
    command: commandOf(process.argv.slice(2)),
    machine,
    places: places.map(({ name, description }) => ({ name, description })),
    sizes: options.sizes,
    ...(peers === null ? {} : { peers: peerVersions(peers) }),
    results,
    earlier: [],
    lacking: [...lacking].map(([what, why]) => ({ what, why })),
  };
  console.log(['', reportText(report), subjectsText(report)].join('\n\n').trimEnd());
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.docs) {
    writeDocuments(
      repository,
      report,
      rows.map(({ name }) => name),
    );
  }
  return failed === 0 ? 0 : 1;
}
