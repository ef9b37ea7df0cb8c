// `npm run crash`: SIGKILL at every file-system call, of the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'victim']);
