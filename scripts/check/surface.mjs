// The public surface: finds types of a public signature that no entry exports. Covers every file of dist/, including those that entries share.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'
import { modules } from '../build/entries.mjs'
import { report } from './files.mjs'

const missing = modules.map(({ entry }) => `dist/${entry}.d.ts`).filter(path => !existsSync(path))
if (missing.length > 0) {
  report(missing.map(path => `${path} is not there: build first`), '')
  process.exit()
}

const folder = resolve('dist')
const program = ts.createProgram(modules.map(({ entry }) => resolve(folder, `${entry}.d.ts`)), {
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022, noEmit: true,
})
const checker = program.getTypeChecker()
const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${folder}/`))

/** The symbol behind a name, through any number of re-exports. @param {ts.Symbol} symbol */
const original = symbol => symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** @type {Set<ts.Symbol>} */
const exported = new Set()
for (const { entry } of modules) {
  const file = program.getSourceFile(resolve(folder, `${entry}.d.ts`))
  const module = file && checker.getSymbolAtLocation(file)
  for (const symbol of module ? checker.getExportsOfModule(module) : []) exported.add(original(symbol))
}

/** Whether a symbol is declared at the top level of one of our files. @param {ts.Symbol} symbol */
const isOurs = symbol => symbol.declarations?.some(declaration => {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  return ts.isSourceFile(statement.parent) && files.includes(statement.parent)
}) ?? false

/** A base class is documented by the members that it gives to its subclass. @param {ts.Node} node */
const isHeritage = node => ts.isExpressionWithTypeArguments(node.parent) && node.parent.expression === node

/** @type {Map<ts.Symbol, Set<string>>} */
const hidden = new Map()
for (const file of files) {
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) continue
    const owner = ts.isVariableStatement(statement) ? statement.declarationList.declarations[0]?.name : 'name' in statement ? /** @type {ts.Identifier} */ (statement.name) : undefined
    /** @param {ts.Node} node */
    const visit = node => {
      const symbol = ts.isIdentifier(node) && node !== owner && !isHeritage(node) ? checker.getSymbolAtLocation(node) : undefined
      const used = symbol && original(symbol)
      if (used && used.name !== owner?.getText() && isOurs(used) && !exported.has(used)) hidden.set(used, (hidden.get(used) ?? new Set()).add(owner?.getText() ?? file.fileName))
      ts.forEachChild(node, visit)
    }
    visit(statement)
  }
}
report([...hidden].map(([symbol, users]) => `no entry exports ${symbol.name}, which is in the signature of ${[...users].join(', ')}`), 'surface: every type of a public signature is exported')
