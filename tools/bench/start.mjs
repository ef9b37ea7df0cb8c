// `npm run bench`: the queue beside the bare system calls and beside its peers, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'child']);
