// A plugin of rollup, behind the one that strips types: `using`, Symbol.dispose and Symbol.asyncDispose for engines that lack them.
import { fileURLToPath } from 'node:url'

const helpers = fileURLToPath(new URL('disposal-helpers.mjs', import.meta.url))
const SYMBOL = /\bSymbol\.(dispose|asyncDispose)\b/g

export const disposal = {
  name: 'disposal',
  resolveId: id => id === 'tslib' ? helpers : null,
  transform(code, id) {
    if (!id.endsWith('.ts') || code.search(SYMBOL) < 0) return null
    return { code: `import { dispose as __dispose, asyncDispose as __asyncDispose } from 'tslib'\n${code.replace(SYMBOL, '__$1')}`, map: null }
  },
}
