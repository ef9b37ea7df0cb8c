import { sanitizeBlock } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';

/** Text from anywhere, each line moved to the right. */
export function indented(text: string, indentation: string): SafeText {
  return sanitizeBlock(text.trimEnd().replaceAll(/^/gm, indentation));
}
