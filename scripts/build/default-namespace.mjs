// A default export that has a module's names under one name, as types too: `import ssh2 from 'libssh2-wasm/ssh2'` and then `ssh2.Client`, `ssh2.ConnectConfig`.
//
// In the sources such a default is an object, and the declaration of an object has no types. So its declaration becomes a namespace of all that the
// module exports, as programs know it from the packages whose default is the module itself (`export =`, or CommonJS without a default).

/** A Rollup plugin for declarations. @type {import('rollup').Plugin} */
export const defaultNamespace = {
  name: 'default-namespace',
  renderChunk: code => / _default as default\b/.test(code) ? { code: withNamespace(code), map: null } : null,
}

/** @param {string} code */
function withNamespace(code) {
  const lists = [...code.matchAll(/^export (type )?\{ (.*) \};$/gm)].map(([, type = '', names = '']) => `    export ${type}{ ${names.split(', ').filter(name => !name.endsWith(' as default')).join(', ')} };\n`)
  const changed = code.replace(/^declare const _default: \{\n[^]*?^\};$/m, () => `declare namespace _default {\n${lists.join('')}}`)
  if (changed === code || lists.length === 0) throw new Error('the declaration of a default export is no object, so it cannot become a namespace')
  return changed
}
