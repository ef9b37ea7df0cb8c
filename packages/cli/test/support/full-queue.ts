import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from './queue-directory.ts';
import { runCli } from './run-cli.ts';

/** Stands in whatever people wrote into it. */
export const SECRET = 'the launch code';

/** A queue with something in every state: ready, finished, dead, replayed, paused; bytes that are no text. */
export async function fullQueue(): Promise<string> {
  const cwd = await queueDirectory('coder', 'idle');
  await sendMessages(cwd, task({ message_id: 'done', inputs: { config: { note: SECRET } } }));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  await sendMessages(cwd, task({ message_id: 'dead' }), task({ message_id: 'again' }));
  dropFile(cwd, 'coder', 'bytes.json', Uint8Array.from([0xff, 0xfe, 0x00]));
  const words = `console.error(${JSON.stringify(SECRET)}); process.exit(65)`;
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand(words)], { cwd });
  await runCli(['replay', '--id', 'again', '--yes'], { cwd });
  await sendMessages(cwd, task({ message_id: 'ready', metadata: { note: SECRET, causation_id: 'c' } }));
  await runCli(['pause', '--agent', 'idle', '--note', SECRET], { cwd });
  return cwd;
}

/** What an archive leaves out, or an import makes anew. */
export const NOT_CARRIED = [/^\.gitignore$/, /^layout\.json$/, /^tmp\//, /^locks\//];
