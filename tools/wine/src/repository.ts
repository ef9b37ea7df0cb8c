import path from 'node:path';

/** The root of the repository: this program is bundled into tools/wine/dist. */
export const repository = path.resolve(import.meta.dirname, '../../..');
