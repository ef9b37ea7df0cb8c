import ts from 'typescript';
import type { TextSpan } from './todos.ts';

/** What the compiler says of one module. */
export interface ModuleFacts {
  /** Specifiers in the order of their first use, each once. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly comments: readonly TextSpan[];
}

/** Parses one TypeScript or JavaScript file; what is not valid is skipped, as the compiler does in an editor. */
export function parseTypeScript(path: string, text: string): ModuleFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imported = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  return { imports: [...new Set(imported)], exports: exportedNames(source), comments: comments(source) };
}

function exportedNames(source: ts.SourceFile): string[] {
  const names = source.statements.flatMap((statement): string[] => {
    if (ts.isExportDeclaration(statement)) return reExportedNames(statement);
    if (ts.isExportAssignment(statement)) return [statement.isExportEquals === true ? 'export =' : 'default'];
    if (ts.isExpressionStatement(statement)) return commonJsNames(statement.expression);
    if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return [];
    if (hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) return ['default'];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap((declaration) => boundNames(declaration.name));
    }
    const name = (statement as ts.DeclarationStatement).name;
    return name === undefined ? [] : [name.text];
  });
  return [...new Set(names)];
}

function reExportedNames({ exportClause, moduleSpecifier }: ts.ExportDeclaration): string[] {
  if (exportClause === undefined) {
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
      ? [`* from ${moduleSpecifier.text}`]
      : [];
  }
  if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
  return exportClause.elements.map((element) => element.name.text);
}

/** `exports.name = …`, `module.exports.name = …` and `module.exports = …`. */
function commonJsNames(expression: ts.Expression): string[] {
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return [];
  const target = expression.left.getText();
  if (target === 'module.exports') return ['module.exports'];
  const name = /^(?:module\.)?exports\.([\w$]+)$/.exec(target)?.[1];
  return name === undefined ? [] : [name];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false)
  );
}

/** Comments lie between tokens; each is found once, before the token that follows it or after the one it trails. */
function comments(source: ts.SourceFile): TextSpan[] {
  const found = new Map<number, TextSpan>();
  const add = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) found.set(pos, { start: pos, end });
  };
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.JsxText || ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length === 0) {
      add(ts.getLeadingCommentRanges(source.text, node.pos));
      if (!isBeforeJsxText(node)) add(ts.getTrailingCommentRanges(source.text, node.end));
    }
    for (const child of children) visit(child);
  };
  visit(source);
  return [...found.values()].toSorted((a, b) => a.start - b.start);
}

/** Whether what follows this token is text of a JSX element, where nothing is a comment. */
function isBeforeJsxText({ parent, end }: ts.Node): boolean {
  if (end !== parent.end) return false;
  if (ts.isJsxOpeningElement(parent) || ts.isJsxOpeningFragment(parent)) return true;
  const closed = ts.isJsxClosingElement(parent) || ts.isJsxClosingFragment(parent) ? parent.parent : parent;
  return closed.parent !== undefined && (ts.isJsxElement(closed.parent) || ts.isJsxFragment(closed.parent));
}
