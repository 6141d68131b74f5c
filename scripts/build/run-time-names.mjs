// A declaration promises as values only what its module has at run time: a class that an entry exports as a type (`export type { Channel }`), because it
// loads later or is not for programs to construct, stays a type. rollup-plugin-dts would declare it as a value, and `import { Channel }` would
// compile and then fail.

/** @type {Map<string, ReadonlySet<string>>} */
const names = new Map()

/** A Rollup plugin for the modules, which are built before their declarations: notes what each entry exports. @type {import('rollup').Plugin} */
export const noteRunTimeNames = {
  name: 'note-run-time-names',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.isEntry) names.set(chunk.name, new Set(chunk.exports))
  },
}

/** A Rollup plugin for the declarations: exports what the module does not have as types. @type {import('rollup').Plugin} */
export const onlyRunTimeValues = {
  name: 'only-run-time-values',
  renderChunk(code, chunk) {
    if (!chunk.isEntry) return null
    const values = names.get(chunk.name)
    if (!values) throw new Error(`the module of ${chunk.name} has to be built before its declarations`)
    return { code: code.replace(/^export \{ (.*) \}( from '[^']*')?;$/gm, (_, /** @type {string} */ list, from = '') => divided(list.split(', '), values, from)), map: null }
  },
}

/** One list of values, and one of types. @param {readonly string[]} list @param {ReadonlySet<string>} values @param {string} from */
function divided(list, values, from) {
  const isValue = (/** @type {string} */ name) => values.has(name.replace(/^.* as /, ''))
  const lists = [['export', list.filter(isValue)], ['export type', list.filter(name => !isValue(name))]]
  return lists.filter(([, some]) => some?.length).map(([word, some]) => `${String(word)} { ${/** @type {string[]} */ (some).join(', ')} }${from};`).join('\n')
}
