import { parseTypeScript, type ModuleFacts } from './analyse-typescript.ts';
import { type FileAnalysis, MAX_LISTED, MAX_TEXT_CHARACTERS, type Todo } from './analysis.ts';
import { isParsed, languageOf } from './language.ts';
import { shorten } from './printable.ts';
import { findTodos, type TextSpan } from './todos.ts';

/**
 * Analyses one source file. TypeScript and JavaScript are parsed, so that their imports, exports and comments are
 * what the compiler takes them for; of other languages lines and notes are counted.
 */
export function analyse(path: string, text: string): FileAnalysis {
  const facts: ModuleFacts = isParsed(path)
    ? parseTypeScript(path, text)
    : { imports: [], exports: [], comments: markedComments(text) };
  const todos = facts.comments.flatMap((comment) => findTodos(text, comment));
  return {
    path,
    language: languageOf(path) ?? 'other',
    bytes: Buffer.byteLength(text),
    lines: countLines(text),
    imports: facts.imports.slice(0, MAX_LISTED).map(short),
    exports: facts.exports.slice(0, MAX_LISTED).map(short),
    todos: todos.slice(0, MAX_LISTED).map((todo): Todo => ({ ...todo, text: short(todo.text) })),
    counts: { imports: facts.imports.length, exports: facts.exports.length, todos: todos.length },
  };
}

/** Lines as an editor numbers them, without the empty one after a final line break. */
export function countLines(text: string): number {
  if (text === '') return 0;
  const breaks = text.match(/\r\n|\r|\n/g)?.length ?? 0;
  return /[\r\n]$/.test(text) ? breaks : breaks + 1;
}

/** Without a parser: what follows a comment mark on its line. It may be fooled by a mark inside a string. */
function markedComments(text: string): TextSpan[] {
  const comments: TextSpan[] = [];
  for (const match of text.matchAll(/(?:#|\/\/|\/\*|<!--|--|;|%|^\s*\*).*$/gm)) {
    comments.push({ start: match.index, end: match.index + match[0].length });
  }
  return comments;
}

function short(text: string): string {
  return shorten(text, MAX_TEXT_CHARACTERS);
}
