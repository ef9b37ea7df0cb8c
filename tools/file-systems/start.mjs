// `npm run file-systems`: the queue on real file systems, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'program']);
