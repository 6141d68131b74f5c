// xterm.js makes style elements and style attributes, which `style-src 'self'` forbids. The build changes three places in its code, so that no page has
// to weaken its policy or patch its `document`: src/strict-styles.ts says how. If another version of xterm.js has other places, the build fails.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const HELPER = fileURLToPath(new URL('../src/strict-styles.ts', import.meta.url))
/** The replacements, and how often each place must occur. @type {readonly (readonly [RegExp, string, number])[]} */
const PLACES = [
  [/[\w.]+\.createElement\("style"\)/g, 'strictStyleElement()', 3],
  [/(\w+)\.setAttribute\("style",`\$\{\w+\.getAttribute\("style"\)\|\|""\}\$\{(\w+)\};`\)/g, '$1.style.cssText+=$2+";"', 1],
]

/** @type {import('esbuild').Plugin} */
export const xtermStrict = {
  name: 'xterm-strict',
  setup(build) {
    build.onLoad({ filter: /@xterm\/xterm\/lib\/xterm\.mjs$/ }, async ({ path }) => {
      let code = await readFile(path, 'utf8')
      for (const [pattern, replacement, times] of PLACES) {
        const found = code.match(pattern)?.length ?? 0
        if (found !== times) return { errors: [{ text: `${path} has ${found} places like ${pattern}; the build knows ${times}` }] }
        code = code.replace(pattern, replacement)
      }
      return { contents: `import { strictStyleElement } from ${JSON.stringify(HELPER)}\n${code.replace(/\/\/# sourceMappingURL=.*$/m, '')}`, loader: 'js' }
    })
  },
}
