import type { Todo } from './analysis.ts';

/** A stretch of a text: from `start`, up to and without `end`. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

const NOTE = /\b(TODO|FIXME)\b(\([^)\n]*\)|:)?:?[ \t]*(.*)/g;

/**
 * The notes in one comment, with their positions in the whole text. A note is the word in capitals at the start of
 * a line of the comment, or with a colon or a name in brackets behind it; a comment that only talks of such words has none.
 */
export function findTodos(text: string, { start, end }: TextSpan): Todo[] {
  return [...text.slice(start, end).matchAll(NOTE)].flatMap((match): Todo[] => {
    const before = text.slice(0, start + match.index);
    const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
    const opensLine = /^[\s/*#;%<!-]*$/.test(before.slice(Math.max(lineStart, start)));
    if (!opensLine && match[2] === undefined) return [];
    return [
      {
        kind: match[1] === 'FIXME' ? 'FIXME' : 'TODO',
        line: (before.match(/\r\n|\r|\n/g)?.length ?? 0) + 1,
        column: before.length - lineStart + 1,
        text: (match[3] ?? '').replace(/\s*(?:\*\/|-->)?\s*$/, ''),
      },
    ];
  });
}
