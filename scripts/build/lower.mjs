// What bundles have instead of newer syntax: TypeScript's own helpers for `using` are 1.3 kB, and demand symbols that WebKit does not have yet.
import { readFileSync } from 'node:fs'
import ts from 'typescript'

const SYMBOLS = { dispose: 'symbolDispose', asyncDispose: 'symbolAsyncDispose' }
const SYMBOLS_MODULE = new URL('dispose-symbols.mjs', import.meta.url).pathname
const CONSTANTS = /\/constants\.gen\.ts$/
const values = new Map([...readFileSync('src/ffi/constants.gen.ts', 'utf8').matchAll(/^export const (\w+) = (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]))

/** Transformers for TypeScript: `using` as try and finally, symbols that exist everywhere, libssh2's constants as numbers. */
export const lower = [context => file => {
  const { factory } = context
  const symbols = new Set()
  const constants = constantsOf(file)

  const symbol = name => {
    symbols.add(name)
    return factory.createIdentifier(SYMBOLS[name])
  }
  const number = value => value < 0 ? factory.createPrefixMinus(factory.createNumericLiteral(-value)) : factory.createNumericLiteral(value)

  /** A declaration by `using`: what follows it in the block is tried, and then it is disposed of. One that throws itself hides an earlier error. */
  const statements = list => {
    const at = list.findIndex(node => ts.isVariableStatement(node) && node.declarationList.flags & ts.NodeFlags.Using)
    if (at < 0) return list
    const { declarationList } = list[at]
    const [declaration] = declarationList.declarations
    const waits = (declarationList.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing
    const method = factory.createElementAccessExpression(declaration.name, symbol(waits ? 'asyncDispose' : 'dispose'))
    const call = factory.createCallExpression(method, undefined, [])
    return [
      ...list.slice(0, at),
      factory.createVariableStatement(undefined, factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const)),
      factory.createTryStatement(factory.createBlock(statements(list.slice(at + 1)), true), undefined,
        factory.createBlock([factory.createExpressionStatement(waits ? factory.createAwaitExpression(call) : call)], true)),
    ]
  }

  const visit = node => {
    if (ts.isImportDeclaration(node) && CONSTANTS.test(node.moduleSpecifier.text)) return undefined
    if (ts.isPropertyAccessExpression(node) && node.expression.getText(file) === 'Symbol' && Object.hasOwn(SYMBOLS, node.name.text)) return symbol(node.name.text)
    if (ts.isIdentifier(node) && constants.has(node.text)) return number(constants.get(node.text))
    const visited = ts.visitEachChild(node, visit, context)
    return ts.isBlock(visited) ? factory.updateBlock(visited, statements([...visited.statements])) : visited
  }

  const visited = ts.visitEachChild(file, visit, context)
  if (symbols.size === 0) return visited
  const specifiers = [...symbols].map(name => factory.createImportSpecifier(false, undefined, factory.createIdentifier(SYMBOLS[name])))
  const clause = factory.createImportClause(undefined, undefined, factory.createNamedImports(specifiers))
  return factory.updateSourceFile(visited, [factory.createImportDeclaration(undefined, clause, factory.createStringLiteral(SYMBOLS_MODULE)), ...visited.statements])
}]

/** The constants that a file imports, with their values. */
function constantsOf(file) {
  const imports = file.statements.filter(node => ts.isImportDeclaration(node) && CONSTANTS.test(node.moduleSpecifier.text))
  return new Map(imports.flatMap(node => node.importClause.namedBindings.elements.map(({ name }) => {
    if (!values.has(name.text)) throw new Error(`${file.fileName}: ${name.text} is no constant`)
    return [name.text, values.get(name.text)]
  })))
}
