// Finds the places in a TypeScript source where a test should notice a small change, and writes all changes into it at once: each waits for its number.
import ts from 'typescript'

/** What replaces an operator. */
const OPERATORS = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='], [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='], [ts.SyntaxKind.LessThanEqualsToken, '<'], [ts.SyntaxKind.GreaterThanToken, '>='], [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'], [ts.SyntaxKind.BarBarToken, '&&'], [ts.SyntaxKind.PlusToken, '-'], [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AmpersandToken, '|'], [ts.SyntaxKind.BarToken, '&'], [ts.SyntaxKind.CaretToken, '|'], [ts.SyntaxKind.LessThanLessThanToken, '>>>'], [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '<<'],
])

/** The conditions of a node, which are once true and once false. @param {ts.Node} node */
function condition(node) {
  if (ts.isIfStatement(node)) return node.expression
  return ts.isConditionalExpression(node) ? node.condition : undefined
}

/** @typedef {{ line: number, before: string, after: string }} Mutant */

/**
 * @param {string} path for the parser
 * @param {string} source
 * @param {number} [first] number of the first mutant
 * @returns {{ mutants: Mutant[], text: string }} `text` calls `__mutant(NUMBER)` at each place, which tells whether that change is made
 */
export function mutate(path, source, first = 0) {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true)
  /** @type {Mutant[]} */
  const mutants = []
  const short = text => text.replace(/\s+/g, ' ').slice(0, 100)
  /** @param {ts.Node} node @param {string} after @param {string} [what] */
  const add = (node, after, what = after) => {
    mutants.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, before: short(node.getText()), after: short(what) })
    return `__mutant(${first + mutants.length - 1})`
  }
  /** The text of a node with the changes in it. @param {ts.Node} node @returns {string} */
  const print = node => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.getText()
    const inner = children(node)
    const asked = condition(node.parent) === node
    let text = inner
    if (ts.isBinaryExpression(node) && OPERATORS.has(node.operatorToken.kind) && !isText(node)) {
      const operator = OPERATORS.get(node.operatorToken.kind)
      text = `(${add(node, '', `${node.left.getText()} ${operator} ${node.right.getText()}`)} ? (${node.left.getText()}) ${operator} (${node.right.getText()}) : ${inner})`
    } else if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) text = `(${add(node, node.operand.getText())} ? !!(${node.operand.getText()}) : ${inner})`
    else if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) text = `(${add(node, `${node.kind !== ts.SyntaxKind.TrueKeyword}`)} ? ${node.kind !== ts.SyntaxKind.TrueKeyword} : ${inner})`
    else if (ts.isNumericLiteral(node) && !ts.isPropertyAssignment(node.parent) && !ts.isEnumMember(node.parent)) text = `(${add(node, `${node.text} + 1`)} ? ${inner} + 1 : ${inner})`
    else if (ts.isThrowStatement(node) || ts.isExpressionStatement(node) && !ts.isYieldExpression(node.expression) && !isSuper(node)) text = `{ if (!${add(node, '', 'nothing')}) { ${inner} } }` // In braces, or an else behind it would become its own.
    if (asked) text = `(${add(node, '', 'true')} ? true : ${add(node, '', 'false')} ? false : ${text})`
    return text
  }
  /** @param {ts.Node} node */
  const children = node => {
    let text = '', at = node.getStart()
    ts.forEachChild(node, child => {
      // Decorations before the first token, such as comments, stay.
      text += source.slice(at, child.getStart()) + print(child)
      at = child.getEnd()
    })
    return text + source.slice(at, node.getEnd())
  }
  return { text: source.slice(0, file.getStart()) + children(file) + source.slice(file.getEnd()), mutants }
}

/** Joined strings cannot be subtracted: that would not be a small change. @param {ts.BinaryExpression} node */
const isText = node => node.operatorToken.kind === ts.SyntaxKind.PlusToken && /['"`]/.test(node.getText())
/** @param {ts.ExpressionStatement} node */
const isSuper = node => ts.isCallExpression(node.expression) && node.expression.expression.kind === ts.SyntaxKind.SuperKeyword
