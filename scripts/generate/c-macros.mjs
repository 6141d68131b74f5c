// Reads integer macros and enumerators of C headers, without a compiler: literals, - | << * and parentheses.

const CONTINUED = /\\\r?\n/g
const COMMENT = /\/\*[\s\S]*?\*\//g
const DEFINE = /^[ \t]*#[ \t]*define[ \t]+(\w+)(?![\w(])[ \t]*(.*)$/gm
const ENUM = /enum\s*\w*\s*\{([^}]*)\}/g
const TOKEN = /\s*(0x[0-9a-fA-F]+|\w+|<<|[-|*()])/y

function tokens(text) {
  const list = []
  TOKEN.lastIndex = 0
  const trimmed = text.trim()
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed)
    if (!match) return undefined
    list.push(match[1])
  }
  return list
}

/** @returns the value of a C constant expression, or undefined if it is not one. */
export function evaluate(text, known) {
  const list = tokens(text.replace(/\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b/g, '$1'))
  if (!list || list.length === 0) return undefined
  let at = 0
  const binary = (operators, next) => () => {
    let left = next()
    while (operators[list[at]]) left = operators[list[at++]](left, next())
    return left
  }
  const primary = () => {
    const token = list[at++]
    if (token === '(') {
      const value = or()
      if (list[at++] !== ')') throw new SyntaxError('unbalanced')
      return value
    }
    if (token === '-') return -primary()
    if (/^0x|^[1-9]|^0$/.test(token)) return Number(token)
    if (/^0[0-7]+$/.test(token)) return Number.parseInt(token, 8)
    if (known.has(token)) return known.get(token).value
    throw new SyntaxError(`not a constant: ${token}`)
  }
  const product = binary({ '*': (a, b) => a * b }, primary)
  const shift = binary({ '<<': (a, b) => a * 2 ** b }, product)
  const or = binary({ '|': (a, b) => Number(BigInt(a) | BigInt(b)) }, shift)
  try {
    const value = or()
    return at === list.length ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Constants in the order of the header, each name only once.
 * @returns Map of name to `{ value, literal, alias }`; `literal` is the header's spelling, `alias` whether the value is another name
 */
export function readConstants(header) {
  const text = header.replace(CONTINUED, ' ').replace(COMMENT, ' ')
  const waiting = [...text.matchAll(DEFINE)].map(([, name, literal]) => ({ name, literal: literal.trim() }))
  for (const [, body] of text.matchAll(ENUM)) {
    let next = 0
    for (const entry of body.split(',').map(part => part.trim()).filter(Boolean)) {
      const [name, literal = String(next)] = entry.split('=').map(part => part.trim())
      next = Number(literal) + 1
      waiting.push({ name, literal })
    }
  }
  const known = new Map()
  // A macro may be defined before the one that it names: repeats until nothing new comes.
  for (let before = -1; before < known.size;) {
    before = known.size
    for (const { name, literal } of waiting) {
      if (known.has(name)) continue
      const value = evaluate(literal, known)
      if (value !== undefined) known.set(name, { value, literal, alias: /^[A-Z]/.test(literal) })
    }
  }
  return new Map(waiting.filter(({ name }) => known.has(name)).map(({ name }) => [name, known.get(name)]))
}
