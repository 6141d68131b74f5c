// Compares the functions that a linked module imports and exports with wasm/interface.h: their names, and the number and types of their
// operands. The compiler has compared the prototypes that it saw; this checks what was linked.
// (WebAssembly core specification, chapter 5, "Binary Format".)

/** Numbers of sections of the binary format. */
const TYPE = 1, IMPORT = 2, FUNCTION = 3, EXPORT = 7
/** Kinds of imports and exports. */
const FUNC = 0, TABLE = 1, MEMORY = 2, GLOBAL = 3
/** @type {Record<number, string>} */
const VALUE_TYPES = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64', 0x7b: 'v128', 0x70: 'funcref', 0x6f: 'externref' }

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  byte() {
    if (this.at >= this.bytes.length) throw new Error('the module ends too early')
    return this.bytes[this.at++]
  }

  /** An unsigned LEB128 of 32 bits. */
  u32() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new Error('the module ends too early')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  name() {
    return new TextDecoder().decode(this.take(this.u32()))
  }

  /** @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: this.u32() }, read)
  }

  valueType() {
    const byte = this.byte()
    return VALUE_TYPES[byte] ?? `type 0x${byte.toString(16)}`
  }

  limits() {
    const flags = this.byte()
    this.u32()
    if (flags & 1) this.u32()
  }
}

/** As in `(i32, i64) -> i32`. @param {string[]} operands @param {string[]} results */
const written = (operands, results) => `(${operands.join(', ')}) -> ${results.join(', ') || 'nothing'}`

/**
 * The functions of a module, each with its type.
 * @param {Uint8Array} module
 * @returns {{ imports: Map<string, string>, exports: Map<string, string> }} the imports from `env` and the exports
 */
export function moduleSignatures(module) {
  const reader = new Reader(module)
  if (new TextDecoder().decode(reader.take(4)) !== '\0asm') throw new Error('this is no WebAssembly module')
  reader.take(4)
  /** @type {string[]} */
  let types = []
  /** Types of all functions, the imported ones first. @type {string[]} */
  const functions = []
  const imports = new Map()
  const exports = new Map()
  while (reader.at < module.length) {
    const id = reader.byte()
    const section = new Reader(reader.take(reader.u32()))
    if (id === TYPE) {
      types = section.list(() => {
        if (section.byte() !== 0x60) throw new Error('the module has types that are no functions')
        return written(section.list(() => section.valueType()), section.list(() => section.valueType()))
      })
    } else if (id === IMPORT) {
      section.list(() => {
        const from = section.name()
        const name = section.name()
        const kind = section.byte()
        if (kind === FUNC) {
          functions.push(types[section.u32()])
          if (from === 'env') imports.set(name, functions.at(-1))
        } else if (kind === TABLE) {
          section.byte()
          section.limits()
        } else if (kind === MEMORY) section.limits()
        else if (kind === GLOBAL) section.take(2)
        else throw new Error(`an import of kind ${kind} is not understood`)
      })
    } else if (id === FUNCTION) {
      section.list(() => functions.push(types[section.u32()]))
    } else if (id === EXPORT) {
      section.list(() => {
        const name = section.name()
        const kind = section.byte()
        const index = section.u32()
        if (kind === FUNC) exports.set(name, functions[index])
      })
    }
  }
  return { imports, exports }
}

/** Added by the linker: it runs constructors. */
const LINKER_S = ['_initialize']

/**
 * The faults of a module, one per line; none if everything matches the interface.
 * @param {import('../generate/interface-file.mjs').Interface} wanted
 * @param {Uint8Array} module
 * @param {{ complete?: boolean }} [options] `complete`: the module has no other exports (builds with Emscripten's own JavaScript have some)
 */
export function signatureFaults({ imports, exports }, module, { complete = true } = {}) {
  const found = moduleSignatures(module)
  const faults = []
  for (const [kind, prototypes, actual] of /** @type {const} */ ([['import', imports, found.imports], ['export', exports, found.exports]])) {
    for (const { name, parameters, result } of prototypes) {
      const said = written(parameters.map(({ type }) => type.wasm), result ? [result.wasm] : [])
      const is = actual.get(name)
      if (is === undefined) faults.push(`${name} is no ${kind} of the module`)
      else if (is !== said) faults.push(`${name} is ${is} in the module, and ${said} in the interface`)
    }
    const known = new Set(prototypes.map(({ name }) => name))
    const ours = kind === 'import' ? name => name.startsWith('host_') : name => complete && !LINKER_S.includes(name)
    for (const name of actual.keys()) {
      if (!known.has(name) && ours(name)) faults.push(`${name} is an ${kind} of the module that the interface does not have`)
    }
  }
  return faults
}
