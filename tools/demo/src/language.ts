import path from 'node:path';

const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'TypeScript',
  '.tsx': 'TypeScript',
  '.mts': 'TypeScript',
  '.cts': 'TypeScript',
  '.js': 'JavaScript',
  '.jsx': 'JavaScript',
  '.mjs': 'JavaScript',
  '.cjs': 'JavaScript',
  '.py': 'Python',
  '.rb': 'Ruby',
  '.go': 'Go',
  '.rs': 'Rust',
  '.java': 'Java',
  '.kt': 'Kotlin',
  '.scala': 'Scala',
  '.swift': 'Swift',
  '.c': 'C',
  '.h': 'C',
  '.cc': 'C++',
  '.cpp': 'C++',
  '.hpp': 'C++',
  '.cs': 'C#',
  '.php': 'PHP',
  '.lua': 'Lua',
  '.pl': 'Perl',
  '.r': 'R',
  '.ex': 'Elixir',
  '.exs': 'Elixir',
  '.erl': 'Erlang',
  '.hs': 'Haskell',
  '.clj': 'Clojure',
  '.dart': 'Dart',
  '.zig': 'Zig',
  '.sh': 'Shell',
  '.bash': 'Shell',
  '.sql': 'SQL',
  '.css': 'CSS',
  '.scss': 'CSS',
  '.vue': 'Vue',
  '.svelte': 'Svelte',
};

const PARSED = new Set(['TypeScript', 'JavaScript']);

/** The programming language of a file, judged by its extension; null for what is not source code. */
export function languageOf(file: string): string | null {
  return LANGUAGES[path.extname(file).toLowerCase()] ?? null;
}

/** Whether the TypeScript compiler reads this file, so that imports and exports are known. */
export function isParsed(file: string): boolean {
  const language = languageOf(file);
  return language !== null && PARSED.has(language);
}
