import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { styleFor } from '../../src/render/style.ts';
import { ScreenModel } from '../../src/watch/screen-model.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { dropFile, nodeCommand, queueDirectory } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const LAYOUT = { columns: 80, style: styleFor(false), program: 'tapps-mq', now_ms: 0 };

it('says what to do about a dead letter that a replay would leave where it is, and that then helps', async () => {
  const cwd = await queueDirectory('coder');
  dropFile(cwd, 'coder', 'from-elsewhere.json', '{"half');
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  await using queue = await openQueue({
    root: join(cwd, '.tapps-agents/messages'),
    create: false,
    retention: false,
  });
  const model = new ScreenModel(queue, () => LAYOUT);
  model.show(await new Watcher(queue, Date.now).look(), Date.now());
  for (const key of ['tab', 'tab', 'r', 'y']) await model.press(key);
  expect(model.state.notice).toEqual({ text: '1 would fail again (enter shows why)', isBad: false });
  await model.press('enter');
  const { overlay } = model.state;
  expect(overlay?.kind === 'message' && overlay.lines.join('\n')).toContain('why it died');
});
