import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { modules } from '../../../scripts/build/entries.mjs'

const file = (path: string) => fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url))
const built = existsSync(file('index.d.ts'))
if (!built) console.warn('skipped: values that declarations promise: dist/ is not built (./build.sh)')
const require = createRequire(import.meta.url)

/** The declarations and the module of each form of each entry. Cloudflare's imports its runtime, which Node does not have. */
const FORMS = modules.filter(({ entry }) => entry !== 'cloudflare').flatMap(({ entry, commonJs }) => [
  { declarations: `${entry}.d.ts`, load: () => import(file(`${entry}.js`)) },
  ...commonJs ? [
    { declarations: `commonjs/${entry}.d.cts`, load: () => Promise.resolve(require(file(`commonjs/${entry}.cjs`))) },
    { declarations: `commonjs/${entry}.d.mts`, load: () => import(file(`commonjs/${entry}.mjs`)) },
  ] : [],
])

describe.runIf(built)('an import that compiles is there at run time', () => {
  const program = ts.createProgram(FORMS.map(({ declarations }) => file(declarations)), { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: ['node'] })
  const checker = program.getTypeChecker()

  const isOnlyType = (symbol: ts.Symbol): boolean => symbol.declarations?.some((declaration) => ts.isExportSpecifier(declaration) && ts.isTypeOnlyExportDeclaration(declaration)) ?? false

  /** Whether a program may use an exported name as a value. */
  function isValue(symbol: ts.Symbol): boolean {
    if (isOnlyType(symbol)) return false
    return ((symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol).flags & ts.SymbolFlags.Value) !== 0
  }

  test.each(FORMS)('$declarations promises the values that its module has', async ({ declarations, load }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file(declarations))!)!
    const promised = checker.getExportsOfModule(module).filter(isValue).map(({ name }) => name).sort()
    // `module.exports` is what Node calls the whole of a CommonJS module.
    expect(promised).toEqual(Object.keys(await load() as object).filter((name) => name !== 'module.exports').sort())
  })
})
