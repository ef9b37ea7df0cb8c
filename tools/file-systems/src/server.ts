import { startChild, type Child, type ChildOptions } from './child.ts';
import type { Answer, Order, ServingSettings } from './serving-jobs.ts';

/** A process with a queue, which is told what to do. */
export interface Server extends AsyncDisposable {
  tell(order: Order): Promise<Answer>;
  /** Lets it close the queue and end by itself. */
  end(): Promise<void>;
}

/** Starts one; the first thing it should be told is to open its queue. */
export async function startServer(
  settings: Omit<ServingSettings, 'job'>,
  options?: ChildOptions,
): Promise<Server> {
  const child: Child = startChild({ job: 'serve', ...settings }, options);
  try {
    await child.next();
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  return {
    async tell(order) {
      child.tell(JSON.stringify(order));
      return await child.next<Answer>();
    },
    end: () => child.end(),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** Asks it again and again what it handled, until that is enough; returns the codes of what went wrong meanwhile. */
export async function collectAnswers(
  server: Server,
  isEnough: (answer: {
    readonly handled: ReadonlySet<string>;
    readonly codes: ReadonlySet<string>;
  }) => boolean,
  until: (what: string, isSo: () => Promise<boolean>) => Promise<void>,
): Promise<{ handled: ReadonlySet<string>; codes: ReadonlySet<string> }> {
  const handled = new Set<string>();
  const codes = new Set<string>();
  await until('a consumer', async () => {
    const answer = await server.tell({ do: 'tell' });
    for (const id of answer.done) handled.add(id);
    for (const code of answer.codes) codes.add(code);
    return isEnough({ handled, codes });
  });
  return { handled, codes };
}
