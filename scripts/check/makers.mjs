// The one circle of types that is allowed. What a session makes says which session it is of: `channel.session`, as in ssh2-python. So the types of
// a maker and of what it makes name each other, in whatever files they stand. Such a name is no arrow as long as it is no more than that name:
// the file that is made imports the type alone, gives it to nothing but properties and parameters that are called after it, and uses no member
// of them. So nothing of the maker has to be read, or loaded, to understand what it makes; any other type could stand there. What a made object
// needs of its session it gets from `SessionContext` and the rooms below, to which the arrows point.
import ts from 'typescript'
import { read } from './files.mjs'

/** By the file of a maker: its type, how it is called, and the files of what it makes. @type {Record<string, { type: string, property: string, made: readonly string[] }>} */
const MAKERS = {
  'src/bindings/session/session.ts': {
    type: 'Session',
    property: 'session',
    made: [
      'src/bindings/agent.ts', 'src/bindings/channel/channel.ts', 'src/bindings/known-hosts.ts', 'src/bindings/listener/listen.ts', 'src/bindings/listener/listener.ts',
      'src/bindings/publickey/subsystem.ts', 'src/bindings/session/connection.ts', 'src/bindings/sftp/sftp.ts',
    ],
  },
  'src/bindings/sftp/sftp.ts': { type: 'Sftp', property: 'sftp', made: ['src/bindings/sftp/handle.ts'] },
}

/**
 * Whether the import of `target` in `path` is the name of its maker, and nothing else.
 * @param {string} path
 * @param {string} target
 * @param {boolean} typeOnly
 */
export function namesItsMaker(path, target, typeOnly) {
  const maker = MAKERS[target]
  return maker !== undefined && typeOnly && maker.made.includes(path) && isOnlyAName(path, target, maker)
}

/** @param {string} path @param {string} target @param {{ type: string, property: string }} maker */
function isOnlyAName(path, target, { type, property }) {
  let only = true
  /** @param {ts.Node} node */
  const visit = node => {
    if (ts.isImportDeclaration(node)) {
      const named = node.importClause?.namedBindings
      const isMaker = ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text.endsWith(`/${target.split('/').at(-1)}`)
      if (isMaker && named && ts.isNamedImports(named) && named.elements.some(({ name }) => name.text !== type)) only = false
      return
    }
    if (ts.isIdentifier(node) && node.text === type && !isTypeOf(node, property)) only = false
    if (isMakerItself(node, type, property) && !isHandedOn(node)) only = false
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true))
  return only
}

/** @param {ts.Identifier} node @param {string} property */
function isTypeOf({ parent }, property) {
  const declaration = ts.isTypeReferenceNode(parent) ? parent.parent : undefined
  return declaration !== undefined && (ts.isPropertyDeclaration(declaration) || ts.isParameter(declaration)) && declaration.name.getText() === property
}

/** `this.session`, the parameter `session` of that type, or that property of `this` in a pattern. @param {ts.Node} node @param {string} type @param {string} property */
function isMakerItself(node, type, property) {
  if (ts.isPropertyAccessExpression(node)) return node.expression.kind === ts.SyntaxKind.ThisKeyword && node.name.text === property
  if (ts.isBindingElement(node)) return (node.propertyName ?? node.name).getText() === property && ts.isVariableDeclaration(node.parent.parent) && node.parent.parent.initializer?.kind === ts.SyntaxKind.ThisKeyword
  if (!ts.isIdentifier(node) || node.text !== property || isNameOnly(node)) return false
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (!ts.isFunctionLike(scope)) continue
    const parameter = scope.parameters.find(({ name }) => ts.isIdentifier(name) && name.text === property)
    if (parameter) return parameter.type?.getText() === type
  }
  return false
}

/** The name of a parameter, of a property that is declared, or of a member of something. @param {ts.Identifier} node */
function isNameOnly({ parent, text }) {
  return ts.isParameter(parent) || ts.isPropertyDeclaration(parent) || (ts.isPropertyAccessExpression(parent) && parent.name.text === text && parent.expression.getText() !== text)
}

/** It is kept, or goes to a call or a constructor as it is. @param {ts.Node} node */
function isHandedOn(node) {
  const { parent } = node
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.arguments?.some(argument => argument === node) ?? false
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
}
