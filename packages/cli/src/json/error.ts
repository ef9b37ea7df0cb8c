import { Type } from 'typebox';
import type { Static } from 'typebox';

/** The schema of the error that a command ends with, on standard error. */
export function errorSchema() {
  return Type.Object({
    error: Type.Object({
      code: Type.String(),
      message: Type.String({ description: 'what failed, on what' }),
      next: Type.Optional(Type.String({ description: 'what to do next' })),
      stack: Type.Optional(Type.String({ description: 'with `--debug`' })),
    }),
  });
}

/** The error that a command ends with. */
export type ErrorJson = Static<ReturnType<typeof errorSchema>>;

/** The schema of what is wrong while a command goes on, on standard error. */
export function warningSchema() {
  return Type.Object({ warning: Type.Object({ code: Type.String(), message: Type.String() }) });
}

/** What is wrong while a command goes on. */
export type WarningJson = Static<ReturnType<typeof warningSchema>>;

/** The document of an error. */
export function errorJson({
  code,
  message,
  next,
  stack,
}: {
  readonly code: string;
  readonly message: string;
  readonly next: string | undefined;
  readonly stack: string | undefined;
}): ErrorJson {
  return {
    error: { code, message, ...(next !== undefined && { next }), ...(stack !== undefined && { stack }) },
  };
}

/** The document of a warning. */
export function warningJson(code: string, message: string): WarningJson {
  return { warning: { code, message } };
}
