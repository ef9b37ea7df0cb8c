import { Type } from 'typebox';

/** The schema of what `completion` prints. */
export function completionSchema() {
  return Type.Object({
    shell: Type.Enum(['bash', 'zsh', 'fish']),
    script: Type.String({ description: 'what the shell is to read' }),
  });
}
