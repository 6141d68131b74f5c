// Reads wasm/interface.h: the interface of C and TypeScript. A declaration that cannot be parsed is an error, never skipped.
import { readFileSync } from 'node:fs'
import { readConstants } from './c-macros.mjs'

export const INTERFACE = 'wasm/interface.h'

/** Integers and numbers of C on wasm32: their type in WebAssembly, and their size in bytes. `wasm/interface.gen.c` makes the compiler check the sizes. */
export const SCALARS = /** @type {const} */ ({
  'unsigned char': ['i32', 1],
  int: ['i32', 4], 'unsigned int': ['i32', 4], long: ['i32', 4], 'unsigned long': ['i32', 4],
  int32_t: ['i32', 4], uint32_t: ['i32', 4], size_t: ['i32', 4], ssize_t: ['i32', 4], uintptr_t: ['i32', 4],
  int64_t: ['i64', 8], uint64_t: ['i64', 8], libssh2_int64_t: ['i64', 8], libssh2_uint64_t: ['i64', 8], time_t: ['i64', 8],
  double: ['f64', 8],
})

/**
 * @typedef {{ c: string, wasm: 'i32' | 'i64' | 'f64', size: number, pointer: boolean }} Type
 * @typedef {{ name: string, type: Type }} Parameter
 * @typedef {{ name: string, doc: string, result: Type | undefined, parameters: Parameter[] }} Prototype
 * @typedef {{ name: string, of: string, doc: string, size: number, fields: { name: string, offset: number, size: number }[] }} Layout `of`: the type in C
 * @typedef {{ name: string, value: number, doc: string }} Constant
 * @typedef {{ pointers: { name: string, of: string, doc: string }[], layouts: Layout[], constants: Constant[], imports: Prototype[], exports: Prototype[] }} Interface
 */

/** A comment, a line of the preprocessor, or a declaration up to its semicolon. */
const PART = /\s*(?:\/\*([\s\S]*?)\*\/|(#[^\n]*)|((?:[^;{}/#]|\{[^{}]*\})+;))/y
const TYPEDEF = /^typedef (.+?) ?\*(\w+)$/
/** Another name for a structure, which is only for C. */
const ALIAS = /^typedef struct (\w+) \1$/
const STRUCT = /^struct (\w+) \{(.*)\}$/
const PROTOTYPE = /^(.+?[ *])(\w+)\((.*)\)$/
/** Where a declaration has no semicolon, the next one begins inside it. */
const MISSING_SEMICOLON = /\) \w/
const FUNCTION_POINTER = /\(\s*\*/
const DECLARATOR = /^(.+?[ *])(\w+)$/

/** @param {string} text @returns {Type} whose `c` has a space before the first star, and no other one between stars */
function typeOf(text) {
  const c = text.replace(/\s*\*/g, '*').replace(/\*/, ' *').trim()
  const plain = c.replace(/\bconst\b/g, '').replace(/\s+/g, ' ').trim()
  if (plain.endsWith('*')) return { c, wasm: 'i32', size: 4, pointer: true }
  const scalar = SCALARS[/** @type {keyof typeof SCALARS} */ (plain)]
  if (!scalar) {
    throw new Error(plain.startsWith('LIBSSH2_API') ? 'write the prototype without LIBSSH2_API'
      : `"${plain}" is not a type of the interface, which has pointers and the types of SCALARS in scripts/generate/interface-file.mjs; write an enum as unsigned int`)
  }
  return { c, wasm: scalar[0], size: scalar[1], pointer: false }
}

/** @param {string} text @returns {Parameter} */
function parameterOf(text) {
  const match = DECLARATOR.exec(text.trim())
  if (!match) throw new Error(`"${text.trim()}" is not a type and a name: each parameter and each field needs both`)
  return { name: match[2], type: typeOf(match[1]) }
}

/** @param {string} result @param {string} name @param {string} list @param {string} doc @returns {Prototype} */
function prototypeOf(result, name, list, doc) {
  return {
    name, doc,
    result: result.trim() === 'void' ? undefined : typeOf(result),
    parameters: list.trim() === 'void' ? [] : list.split(',').map(parameterOf),
  }
}

/** Offsets of the fields as C lays them out on wasm32, where each is aligned to its size. @param {string} name @param {string} body @param {string} doc @returns {Layout} */
function layoutOf(name, body, doc) {
  const fields = []
  let end = 0
  let widest = 1
  const aligned = size => Math.ceil(end / size) * size
  for (const line of body.split(';').map(text => text.trim()).filter(Boolean)) {
    const [first, ...others] = line.split(',')
    const { name: field, type: { size } } = parameterOf(first)
    for (const one of [field, ...others.map(text => text.trim())]) {
      if (!/^\w+$/.test(one)) throw new Error(`"${one}" is not the name of a field`)
      fields.push({ name: one, offset: aligned(size), size })
      end = aligned(size) + size
    }
    widest = Math.max(widest, size)
  }
  const of = /^layout_(\w+)$/.exec(name)?.[1]
  return { name: of ?? name, of: of ?? `struct ${name}`, doc, size: aligned(widest), fields }
}

/**
 * @param {string} text of the interface file
 * @returns {Interface}
 * @throws Error with the line of a declaration that cannot be parsed
 */
export function parseInterface(text) {
  const constants = [...readConstants(text)].map(([name, { value }]) => ({ name, value, doc: '' }))
  /** @type {Interface} */
  const all = { pointers: [], layouts: [], constants, imports: [], exports: [] }
  const body = text.trimEnd()
  let doc = ''
  /** @param {string} declaration */
  const take = (declaration) => {
    if (FUNCTION_POINTER.test(declaration)) throw new Error('a pointer to a function cannot be passed: write a glue_ function in wasm/ that takes none, and bind that')
    if (MISSING_SEMICOLON.test(declaration)) throw new Error(`"${declaration}" lacks a semicolon`)
    const [, of, pointer] = TYPEDEF.exec(declaration) ?? []
    const [, tag, fields] = STRUCT.exec(declaration) ?? []
    const [, result, name, parameters] = PROTOTYPE.exec(declaration) ?? []
    if (pointer) all.pointers.push({ name: pointer, of, doc })
    else if (tag) all.layouts.push(layoutOf(tag, fields, doc))
    else if (name) (name.startsWith('host_') ? all.imports : all.exports).push(prototypeOf(result, name, parameters, doc))
    else if (!ALIAS.test(declaration) && !declaration.startsWith('enum ')) throw new Error(`"${declaration}" is not a declaration that the interface may have`)
  }
  for (PART.lastIndex = 0; PART.lastIndex < body.length;) {
    const start = PART.lastIndex
    const match = PART.exec(body)
    const line = () => (body.slice(0, start) + body.slice(start).replace(/\S[\s\S]*/, '')).split('\n').length
    if (!match) throw new Error(`${INTERFACE}:${line()}: not understood`)
    const [whole, comment, directive, declaration] = match
    // A comment belongs to the declaration on the next line; a heading is followed by an empty line.
    if (/^\s*\n\s*\n/.test(whole)) doc = ''
    if (comment !== undefined) doc = comment.replace(/\s+/g, ' ').trim()
    try {
      if (declaration !== undefined) take(declaration.slice(0, -1).replace(/\s+/g, ' ').trim())
    } catch (error) {
      throw new Error(`${INTERFACE}:${line()}: ${/** @type {Error} */ (error).message}`, { cause: error })
    }
    const constant = directive && constants.find(({ name }) => directive.startsWith(`#define ${name} `))
    if (constant) constant.doc = doc
    if (comment === undefined) doc = ''
  }
  const names = [...all.imports, ...all.exports].map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice) throw new Error(`${INTERFACE}: ${twice} is there twice`)
  return all
}

export const readInterface = (path = INTERFACE) => parseInterface(readFileSync(path, 'utf8'))
