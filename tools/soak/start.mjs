// `npm run soak`: real processes that are killed and stopped while they work, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'producer', 'consumer']);
