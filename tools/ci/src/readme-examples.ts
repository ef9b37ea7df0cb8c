/** The two kinds of programs that a README may show: TypeScript modules, and scripts for a POSIX shell. */
export type ExampleLanguage = 'ts' | 'sh';

/** A program in a README with the output that the README says it has. */
export interface ReadmeExample {
  /** From its first line, `// example: NAME` or `# example: NAME`; unique in its README. */
  readonly name: string;
  readonly language: ExampleLanguage;
  /** Where the program begins in the README, counted from 1. */
  readonly line: number;
  readonly program: string;
  /** The content of the `text` block that follows. */
  readonly output: string;
}

interface Block {
  readonly language: string;
  readonly line: number;
  readonly lines: readonly string[];
}

const markers: Readonly<Record<ExampleLanguage, RegExp>> = {
  ts: /^\/\/ example: (\S+)$/,
  sh: /^# example: (\S+)$/,
};

/**
 * Finds the programs of a README that are to be run: fenced `ts` or `sh` blocks whose first line names the
 * example, each followed by a `text` block with its output. Blocks without such a line are left alone. Throws for an
 * example without output, for a name that occurs twice, and for a fence that is never closed.
 */
export function readmeExamples(markdown: string): readonly ReadmeExample[] {
  const examples: ReadmeExample[] = [];
  let waiting: Omit<ReadmeExample, 'output'> | undefined;
  for (const block of fencedBlocks(markdown)) {
    const found = exampleIn(block);
    if (found !== undefined) {
      if (waiting !== undefined) throw withoutOutput(waiting);
      if (examples.some((example) => example.name === found.name)) {
        throw new Error(`Line ${found.line}: there are two examples named ${found.name}; rename one.`);
      }
      waiting = found;
    } else if (waiting !== undefined && block.language === 'text') {
      examples.push({ ...waiting, output: block.lines.join('\n') });
      waiting = undefined;
    }
  }
  if (waiting !== undefined) throw withoutOutput(waiting);
  return examples;
}

function withoutOutput({ name, line }: { readonly name: string; readonly line: number }): Error {
  return new Error(`Line ${line}: the example ${name} has no output; add a \`\`\`text block after it.`);
}

function exampleIn({ language, line, lines }: Block): Omit<ReadmeExample, 'output'> | undefined {
  if (language !== 'ts' && language !== 'sh') return undefined;
  const name = markers[language].exec(lines[0] ?? '')?.[1];
  return name === undefined ? undefined : { name, language, line, program: lines.join('\n') };
}

function* fencedBlocks(markdown: string): Generator<Block> {
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    if (open === undefined) {
      const [, fence, language] = /^(`{3,}|~{3,})\s*([\w-]*)/.exec(text) ?? [];
      if (fence !== undefined) open = { fence, language: language ?? '', line: index + 1, lines: [] };
    } else if (text.trimEnd() === open.fence) {
      yield open;
      open = undefined;
    } else {
      open.lines.push(text);
    }
  }
  if (open !== undefined) throw new Error(`Line ${open.line}: the fence ${open.fence} is never closed.`);
}
