// `npm run power-loss`: the power goes while the queue is at work, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'child']);
