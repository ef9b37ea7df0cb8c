// `npm run schema-gate`: the schemas as they are beside those that were released.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main']);
