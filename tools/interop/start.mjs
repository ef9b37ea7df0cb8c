// `npm run interop`: Python and TypeScript processes share one inbox, and some of them are killed.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'producer', 'consumer']);
