import { expect, it } from 'vitest';
import { BackgroundWarnings } from '../src/background-warnings.ts';
import type { Output } from '../src/output.ts';

it('tells the same failure ever more rarely, also where the name of its file is new with each try', () => {
  const told: string[] = [];
  const output: Pick<Output, 'warn'> = { warn: (code, message) => void told.push(`${code} ${message}`) };
  const warnings = new BackgroundWarnings(output, 'tapps-mq');
  for (const owner of ['e341dmqf', 'h4hi5gt3', 'i3qirnmo', 'pvupe33g', '8eu6nrkc'])
    warnings.tell(new Error(`Could not create /q/locks/owners/${owner}.json: full`));
  expect(told).toEqual([
    'ERR_BACKGROUND Could not create /q/locks/owners/e341dmqf.json: full',
    'ERR_BACKGROUND Could not create /q/locks/owners/h4hi5gt3.json: full [2 times now]',
    'ERR_BACKGROUND Could not create /q/locks/owners/pvupe33g.json: full [4 times now]',
  ]);
  warnings.tell(new Error('Could not read /q/inbox/coder/one.json'));
  warnings.tell(new Error('Could not read /q/inbox/coder/two.json'));
  expect(told.slice(3)).toEqual([
    'ERR_BACKGROUND Could not read /q/inbox/coder/one.json',
    'ERR_BACKGROUND Could not read /q/inbox/coder/two.json',
  ]);
});
