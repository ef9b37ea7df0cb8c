// `npm run simulate`: the simulator, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main']);
