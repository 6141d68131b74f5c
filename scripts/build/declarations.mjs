// Writes the declarations of src/, without anything internal, for rollup to bundle: build/types/.
//
// A constructor that needs a type that no entry exports is internal: it becomes private. Members that are marked @internal, protected,
// or named by one of our own symbols are omitted; types that only they mention disappear when rollup bundles the rest.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'
import { modules } from './entries.mjs'

export const FOLDER = 'build/types'

/** @returns {ts.Program} of the sources that lead to the entries */
function programOf() {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', path => ts.sys.readFile(path)).config, ts.sys, '.')
  return ts.createProgram(modules.map(({ source }) => source).concat('src/transports/cloudflare-sockets.d.ts'), {
    ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: '.', outDir: FOLDER, stripInternal: false,
  })
}

/** Symbols that an entry exports. @param {ts.Program} program @param {ts.TypeChecker} checker */
function exportedSymbols(program, checker) {
  /** @type {Set<ts.Symbol>} */
  const exported = new Set()
  for (const { source } of modules) {
    const file = program.getSourceFile(source)
    const symbol = file && checker.getSymbolAtLocation(file)
    for (const name of symbol ? checker.getExportsOfModule(symbol) : []) exported.add(name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name)
  }
  return exported
}

/**
 * Whether a type in `node` is one of ours that no entry exports.
 * @param {ts.Node} node
 * @param {ts.TypeChecker} checker
 * @param {Set<ts.Symbol>} exported
 * @returns {boolean}
 */
function mentionsInternal(node, checker, exported) {
  if (ts.isTypeReferenceNode(node)) {
    let symbol = checker.getSymbolAtLocation(node.typeName)
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol)
    const ours = symbol?.declarations?.some(declaration => !ts.isTypeParameterDeclaration(declaration) && declaration.getSourceFile().fileName.startsWith(resolve('src')))
    if (symbol && ours && !exported.has(symbol)) return true
  }
  return ts.forEachChild(node, child => mentionsInternal(child, checker, exported) || undefined) ?? false
}

/**
 * The same for a parameter, whose type may be that of its default.
 * @param {ts.ParameterDeclaration} parameter
 * @param {ts.TypeChecker} checker
 * @param {Set<ts.Symbol>} exported
 */
function asksForInternal(parameter, checker, exported) {
  if (parameter.type) return mentionsInternal(parameter.type, checker, exported)
  const symbol = checker.getTypeAtLocation(parameter).getSymbol()
  return symbol !== undefined && !exported.has(symbol) && (symbol.declarations?.some(declaration => declaration.getSourceFile().fileName.startsWith(resolve('src'))) ?? false)
}

/** @param {ts.Node} node */
const isMarked = node => ts.getJSDocTags(node).some(tag => tag.tagName.text === 'internal')

/** @param {ts.ClassElement | ts.TypeElement} member */
function isHidden(member) {
  if (isMarked(member)) return true
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) : undefined
  if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword)) return true
  return member.name !== undefined && ts.isComputedPropertyName(member.name) && !/^(Symbol\.|\[Symbol)/.test(member.name.expression.getText())
}

/** Writes build/types/. @returns {string[]} what is wrong */
export function writeDeclarations() {
  const program = programOf()
  const checker = program.getTypeChecker()
  const exported = exportedSymbols(program, checker)

  /** @type {ts.TransformerFactory<ts.SourceFile | ts.Bundle>} */
  const strip = context => {
    const { factory } = context
    /** @param {ts.ClassElement} member @returns {ts.ClassElement[]} */
    const kept = member => {
      const original = /** @type {ts.ClassElement} */ (ts.getParseTreeNode(member) ?? member)
      if (ts.isConstructorDeclaration(original)) {
        const open = !isHidden(original) && !original.parameters.some(parameter => asksForInternal(parameter, checker, exported))
        // A base class that is not exported by an entry still has to be a class.
        const extended = original.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword)
        return [open ? member : factory.createConstructorDeclaration([factory.createModifier(extended ? ts.SyntaxKind.ProtectedKeyword : ts.SyntaxKind.PrivateKeyword)], [], undefined)]
      }
      return original.pos >= 0 && isHidden(original) ? [] : [member]
    }
    /** @type {ts.Visitor} */
    const visit = node => {
      if (!ts.isClassDeclaration(node)) return ts.visitEachChild(node, visit, context)
      return factory.updateClassDeclaration(node, node.modifiers, node.name, node.typeParameters, node.heritageClauses, node.members.flatMap(kept))
    }
    return node => /** @type {ts.SourceFile} */ (ts.visitEachChild(node, visit, context))
  }

  rmSync(FOLDER, { recursive: true, force: true })
  const { diagnostics } = program.emit(undefined, (path, text) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text.replace(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2'))
  }, undefined, true, { afterDeclarations: [strip] })
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}
