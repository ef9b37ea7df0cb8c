// Checks what is inside each tarball: `node tools/ci/tarball-contents.mjs DIRECTORY`.
// What it looks for is what the registry would accept and users would suffer from.
import { statSync } from 'node:fs';
import { findTarballs, listTarball, readFromTarball } from './tarballs.mjs';

const allowed = [
  /^THIRD-PARTY-LICENSES\.md$/,
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^CHANGELOG\.md$/,
  /^dist\//,
  /^(schemas|asyncapi)\/.+\.json$/,
  /^man\/.+\.1$/,
];
const required = ['package.json', 'README.md', 'LICENSE'];

/** Every dependency range that leads back into the workspace, as `field.name: range`. */
function workspaceRanges(manifest) {
  const fields = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'];
  return fields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, range]) => /^(workspace|catalog|link|file):/.test(range))
      .map(([name, range]) => `${field}.${name}: ${range}`),
  );
}

/** All files that the manifest points users to: exports, bin and types; patterns such as `./schemas/*` are left out. */
function promisedFiles(manifest) {
  const leaves = (value) =>
    typeof value === 'string' ? [value] : value === null ? [] : Object.values(value).flatMap(leaves);
  const promised = [
    manifest.exports ?? [],
    manifest.bin ?? [],
    manifest.types ?? [],
    manifest.main ?? [],
    manifest.man ?? [],
  ];
  return promised
    .flatMap(leaves)
    .filter((path) => !path.includes('*'))
    .map((path) => path.replace(/^\.\//, ''));
}

/** Everything that is wrong with one tarball, as sentences; none is good. */
function faultsOf({ path, manifest }) {
  const files = listTarball(path);
  const present = new Set(files);
  const faults = [];
  for (const file of required) if (!present.has(file)) faults.push(`${file} is missing.`);
  for (const file of files) {
    if (!allowed.some((pattern) => pattern.test(file)))
      faults.push(`${file} should not be packed: see "files".`);
  }
  for (const file of promisedFiles(manifest)) {
    if (!present.has(file)) faults.push(`package.json points to ${file}, which is not packed.`);
  }
  for (const range of workspaceRanges(manifest))
    faults.push(`${range} means nothing outside of the workspace.`);
  if (JSON.stringify(manifest.exports ?? {}).includes('@tapps-agents/source')) {
    faults.push('exports still has the condition @tapps-agents/source: set publishConfig.exports.');
  }
  for (const hook of ['preinstall', 'install', 'postinstall']) {
    if (manifest.scripts?.[hook] !== undefined)
      faults.push(`scripts.${hook} would run on every user's machine.`);
  }
  for (const field of ['name', 'version', 'description', 'license', 'engines']) {
    if (manifest[field] === undefined) faults.push(`package.json has no "${field}".`);
  }
  for (const target of Object.values(manifest.bin ?? {})) {
    const file = target.replace(/^\.\//, '');
    if (present.has(file) && !readFromTarball(path, file).startsWith('#!/usr/bin/env node\n')) {
      faults.push(`${file} is a command without "#!/usr/bin/env node" as its first line.`);
    }
  }
  return faults;
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Usage: node tools/ci/tarball-contents.mjs DIRECTORY');
for (const tarball of findTarballs(directory)) {
  const kibibytes = (statSync(tarball.path).size / 1024).toFixed(1);
  console.log(
    `${tarball.name} ${tarball.version}: ${listTarball(tarball.path).length} files, ${kibibytes} KiB packed`,
  );
  for (const fault of faultsOf(tarball)) {
    console.log(`  fault: ${fault}`);
    process.exitCode = 1;
  }
}
