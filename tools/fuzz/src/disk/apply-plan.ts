import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Plan, Step } from './plan.ts';

/** Fails where a plain opening would wait: in a pipe that an earlier step left there, until somebody reads. */
const writingNow = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK;

/**
 * Does to a directory what a plan says; what cannot be done (a name that the system does not take, a parent that is gone) is
 * left out. Undoing it is up to whoever removes the directory.
 */
export async function applyPlan(root: string, { steps }: Plan): Promise<void> {
  for (const step of steps) {
    try {
      await apply(root, step);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
}

async function apply(root: string, step: Step): Promise<void> {
  const path = below(root, step.path);
  switch (step.op) {
    case 'write':
      writeNow(path, (descriptor) => writeFileSync(descriptor, Buffer.from(step.base64, 'base64')));
      return;
    case 'move':
      renameSync(path, below(root, step.to));
      return;
    case 'remove':
      rmSync(path, { recursive: true, force: true });
      return;
    case 'directory':
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      return;
    case 'link':
      rmSync(path, { recursive: true, force: true });
      symlinkSync(step.target, path);
      return;
    case 'pipe':
      rmSync(path, { recursive: true, force: true });
      spawnSync('mkfifo', [path.toString()]);
      return;
    case 'device':
      spawnSync('mknod', [path.toString(), 'c', '1', '5']);
      return;
    case 'socket':
      await leaveSocket(join(root, step.path));
      return;
    case 'sparse':
      writeNow(path, (descriptor) => ftruncateSync(descriptor, step.bytes));
  }
}

function writeNow(path: Buffer, write: (descriptor: number) => void): void {
  const descriptor = openSync(path, writingNow);
  try {
    write(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The system's bytes of a path whose characters are bytes. */
function below(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** A socket that nobody listens to any more: node removes it when it stops listening, so it gets another name before. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer();
  const short = join('/tmp', `fuzz-${process.pid}-${(sockets += 1)}.sock`); // A socket's path has at most 107 bytes.
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(short, resolve);
  });
  try {
    renameSync(short, path);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    rmSync(short, { force: true });
  }
}

let sockets = 0;
