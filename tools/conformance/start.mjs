// `npm run conformance`: judges an implementation of docs/protocol.md; this project's own, from the sources as they are, if none is named.
import { startTool } from '../start-tool.mjs';

await startTool(import.meta.url, ['main', 'ours']);
