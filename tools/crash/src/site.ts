import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeMessage, type Message } from '@tapps-agents/contracts';
import { withQueue } from './operations/messages.ts';
import type { Operation, Site } from './operation.ts';
import type { KnownMessage, Manifest } from './outcome.ts';
import { runVictim } from './run-victim.ts';

/** Sets up what an operation finds, one time; returns what is known to be there. */
export async function arrangeSite(
  operation: Operation,
  directory: string,
  program: string,
): Promise<Manifest> {
  const root = join(directory, 'root');
  const messages = new Map<string, KnownMessage>();
  const kept = new Set<string>();
  mkdirSync(directory, { recursive: true });
  const know = (id: string, text: string, copies: number): void => {
    messages.set(id, { id, text, copies, promised: true, mayGo: false });
  };
  const site: Site = {
    root,
    know(message: Message, copies = 1) {
      know(message.message_id, serializeMessage(message), copies);
      return message;
    },
    knowText: (id, text) => know(id, text, 1),
    mayGo(id) {
      const message = messages.get(id);
      if (message !== undefined) messages.set(id, { ...message, mayGo: true });
    },
    keep(...paths) {
      for (const path of paths) kept.add(path);
    },
    async leaveBehind(name) {
      const settings = { operation: name, root, story: join(directory, 'left-behind'), fault: null };
      await runVictim(program, { ...settings, death: { call: 1, moment: 'before' } });
    },
  };
  await (operation.arrange ?? ((empty) => withQueue(empty, async () => {})))(site);
  return {
    messages: [...messages.values()],
    kept: new Map([...kept].map((path) => [path, readFileSync(join(root, path), 'utf8')])),
  };
}
