// `npm run wine`: the tests with the Windows build of Node, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main']);
