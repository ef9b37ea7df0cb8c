// Installs each tarball with npm into an empty project of its own, and runs a small program there:
// `node tools/ci/tarball-installs.mjs DIRECTORY [NAME...]`, where NAME is e.g. `queue`.
//
// The project lists the one tarball and nothing else. Its siblings, which no registry has yet, are supplied as
// overrides: those change where a dependency comes from, but unlike a dependency of the project they do not hide
// that the package forgot to declare it. A program in TypeScript is compiled against the installed declarations,
// with all of them checked, before it runs.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTarballs } from './tarballs.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const consumers = fileURLToPath(new URL('consumers', import.meta.url));

/** What may be installed with a package beside itself, where that is a promise. */
const promisedCompany = {
  '@tapps-agents/contracts': ['typebox'],
  '@tapps-agents/fs-atomic': ['graceful-fs'],
};

/** Whether programs that use the package need node's types: contracts must do without. */
const typesOf = (name) => (name === '@tapps-agents/contracts' ? [] : ['node']);

/** Runs a command to its end; its output is shown, and any end but success is an error. */
function run(command, args, options) {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 300_000,
    ...options,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `${command} ${args.slice(0, 3).join(' ')} … ended with ${result.status ?? result.signal}.`,
    );
  }
}

/** The siblings among the dependencies of a package, and theirs, as npm overrides that lead to their tarballs. */
function siblingOverrides(tarball, tarballs, overrides = {}) {
  for (const name of Object.keys(tarball.manifest.dependencies ?? {})) {
    const sibling = tarballs.find((other) => other.name === name);
    if (sibling === undefined || overrides[name] !== undefined) continue;
    overrides[name] = `file:${sibling.path}`;
    siblingOverrides(sibling, tarballs, overrides);
  }
  return overrides;
}

/** The names of the packages at the top of a node_modules. */
function installedPackages(modules) {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}

/** Bytes of all files below a directory. */
function sizeBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Compiles `consumers/<short>.ts` in the project against what was installed, and runs it. */
function runProgram(project, short, types) {
  copyFileSync(join(consumers, `${short}.ts`), join(project, 'program.ts'));
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types,
    typeRoots: [join(repository, 'node_modules/@types')],
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: project });
  run(process.execPath, ['program.js'], { cwd: project });
}

/** The whole check of one tarball, in a project below `scratch`. */
function checkInstall(tarball, tarballs, scratch) {
  const short = tarball.name.replace(/^@[^/]+\//, '');
  const project = join(scratch, short);
  mkdirSync(project);
  const manifest = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: { [tarball.name]: `file:${tarball.path}` },
    overrides: siblingOverrides(tarball, tarballs),
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project });

  const installed = installedPackages(join(project, 'node_modules'));
  const company = installed.filter((name) => name !== tarball.name);
  const kibibytes = Math.round(sizeBelow(join(project, 'node_modules')) / 1024);
  console.log(`   ${kibibytes} KiB installed, with ${company.join(', ') || 'nothing else'}`);
  const promised = promisedCompany[tarball.name];
  const strangers = promised === undefined ? [] : company.filter((name) => !promised.includes(name));
  if (strangers.length > 0)
    throw new Error(
      `Nothing but ${promised.join(', ')} may come with it, but so did ${strangers.join(', ')}.`,
    );

  const script = join(consumers, `${short}.sh`);
  if (existsSync(script)) {
    const env = { ...process.env, EXPECTED_VERSION: tarball.version };
    run('sh', [script], { cwd: project, env });
  } else {
    runProgram(project, short, typesOf(tarball.name));
  }
}

const [directory, ...only] = process.argv.slice(2);
if (directory === undefined) throw new Error('Usage: node tools/ci/tarball-installs.mjs DIRECTORY [NAME...]');
const tarballs = findTarballs(directory);
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'tapps-installs-')));
try {
  for (const tarball of tarballs) {
    if (only.length > 0 && !only.some((name) => tarball.name.endsWith(`/${name}`))) continue;
    console.log(`-> ${tarball.name} ${tarball.version}`);
    try {
      checkInstall(tarball, tarballs, scratch);
      console.log('   installs and runs');
    } catch (error) {
      console.log(`   fault: ${error.message}`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
