// `npm run fuzz`: the fuzzers, from the sources as they are.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main']);
