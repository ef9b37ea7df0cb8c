import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../programs.ts';
import { resultOf, type RowResult } from '../result.ts';
import type { Context, Row } from '../row.ts';
import { quantile, spreadOf } from '../statistics.ts';
import { verdictOf } from '../verdict.ts';
import { digits, digitsSpread, spreadFigures } from '../wording.ts';

/** What loading the built packages adds to node's start. */
export const importsRow: Row = { name: 'imports', diskOnly: false, once: true, run: measure };

const subjects = [
  { title: 'import @tapps-agents/contracts', program: importing('contracts'), atMost_ms: 40 },
  { title: 'import @tapps-agents/queue', program: importing('queue'), atMost_ms: 80 },
  {
    title: 'tapps-mq --version',
    program: [join(repository, 'packages', 'cli', 'dist', 'main.js'), '--version'],
    atMost_ms: 120,
  },
] as const;

// oxlint-disable-next-line typescript/require-await -- a failure is to reject
async function measure({ sizes }: Context): Promise<readonly RowResult[]> {
  build();
  const bare = ['--input-type=module', '--eval', ''];
  const rounds = sizes.rounds + 1;
  const samples_ms = [bare, ...subjects.map(({ program }) => program)].map((program) => ({
    program,
    taken: [] as number[],
  }));
  for (let round = 0; round < rounds; round += 1)
    for (const { program, taken } of samples_ms) taken.push(start_ms(program));
  const base = samples_ms[0]?.taken ?? [];
  return subjects.map(({ title, atMost_ms }, index) => {
    const taken = samples_ms[index + 1]?.taken ?? [];
    const added = spreadOf(taken.slice(1).map((ms, round) => ms - (base[round + 1] ?? Number.NaN)));
    return resultOf({
      row: 'imports',
      title: `${title}, over bare node`,
      place: 'any',
      target: `+${atMost_ms} ms`,
      figure: `${added.median < 0 ? '' : '+'}${digitsSpread(added)} ms`,
      verdict: verdictOf(added, { atMost: atMost_ms }),
      note: `bare node ${digits(quantile(base.slice(1), 0.5))} ms`,
      figures: spreadFigures('added_ms', added),
    });
  });
}

function importing(name: string): string[] {
  const url = pathToFileURL(join(repository, 'packages', name, 'dist', 'index.js')).href;
  return ['--input-type=module', '--eval', `import ${JSON.stringify(url)}`];
}

function start_ms(program: readonly string[]): number {
  const began_ms = performance.now();
  const { status, error, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' });
  const taken_ms = performance.now() - began_ms;
  if (error !== undefined || status !== 0)
    throw new Error(`node ${program.join(' ')}: ${error?.message ?? stderr}`);
  return taken_ms;
}

/** Builds the packages unless what is built is newer than every source. */
function build(): void {
  const folder = join(repository, 'packages');
  const isBuilt = readdirSync(folder).every((name) => {
    const built = times(join(folder, name, 'dist'));
    return built.length > 0 && Math.min(...built) >= Math.max(...times(join(folder, name, 'src')));
  });
  if (isBuilt) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: repository,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm run build failed: ${stdout}${stderr}`);
}

function times(path: string): number[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [found.mtimeMs];
  return readdirSync(path).flatMap((name) => times(join(path, name)));
}
