// TypeScript to JavaScript, a file at a time; types are checked by `tsc` alone (npm run types).
import ts from 'typescript'

/** @returns `{ code, map }` of the source text of `path` */
export function stripTypes(text, path, before = []) {
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    fileName: path,
    transformers: { before },
    compilerOptions: {
      target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true,
      sourceMap: true, inlineSources: true, isolatedModules: true,
    },
  })
  return { code: outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'), map: JSON.parse(sourceMapText) }
}
