import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './bundle-from-source.ts';

/** A program that stands in a README, and the folder whose dependencies it has. */
export interface ExampleSource {
  readonly name: string;
  readonly program: string;
  readonly resolveFrom: string;
}

/**
 * Type checks programs as if each were a module in its folder, and returns every fault as `NAME:LINE: message`. No
 * file is written. The rules are the repository's own, so what readers copy compiles in a strict project.
 */
export function exampleTypeFaults(examples: readonly ExampleSource[]): readonly string[] {
  const sources = new Map(
    examples.map(({ name, program, resolveFrom }) => [
      // The compiler asks for files by paths with `/`, on Windows too.
      join(resolveFrom, `example-${name}.ts`).replaceAll('\\', '/'),
      { name, program },
    ]),
  );
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.getSourceFile = (path, language, ...rest) => {
    const example = sources.get(path);
    if (example === undefined) return getSourceFile(path, language, ...rest);
    // Without the format, a module with a top-level await would be taken for CommonJS.
    return ts.createSourceFile(
      path,
      example.program,
      { ...languageOf(language), impliedNodeFormat: ts.ModuleKind.ESNext },
      true,
    );
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([path, { name }]) => {
    const file = program.getSourceFile(path);
    if (file === undefined) return [`${name}: was not checked`];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start, messageText }) => {
        const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
        return `${name}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      },
    );
  });
}

function languageOf(language: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.CreateSourceFileOptions {
  return typeof language === 'object' ? language : { languageVersion: language };
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(repository, 'tsconfig.base.json');
  const { config }: { config?: unknown } = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}
