import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { documents, snippets, type Snippet } from './blocks.ts'

/** How a block that nobody runs is at least read by the program that would. Other tests run those of `ts`: guides, readme, pasted. */
const READERS: Readonly<Record<string, (code: string) => unknown>> = {
  ts: (code) => transform(code, { loader: 'ts', format: 'esm', target: 'esnext' }),
  // An excerpt of a class or of options is no program.
  js: (code) => transform(code, { loader: 'js', format: 'esm', target: 'esnext' }),
  json: (code) => JSON.parse(code) as unknown,
  css: async (code) => expect((await transform(code, { loader: 'css' })).warnings).toEqual([]),
  sh: (code) => execFileSync('bash', ['-n'], { input: code, stdio: ['pipe', 'pipe', 'pipe'] }),
  toml: (code) => execFileSync('python3', ['-c', 'import sys, tomllib; tomllib.loads(sys.stdin.read())'], { input: code, stdio: ['pipe', 'pipe', 'pipe'] }),
  html: async (code) => {
    expect(code).not.toMatch(/<[a-z-]+[^>]*\s(?:on[a-z]+)=/)
    for (const [, script] of code.matchAll(/<script[^>]*>([^<]+)<\/script>/g)) await transform(script as string, { loader: 'js', format: 'esm' })
  },
}

const all: readonly Snippet[] = documents().flatMap(snippets)

describe('every block of every document is what it says', () => {
  test('there are some, and each is in a language that is known here', () => {
    expect(all.length).toBeGreaterThan(60)
    expect(all.filter(({ language }) => language !== '' && !(language in READERS)).map(({ document, line, language }) => `${document}:${line} ${language}`)).toEqual([])
  })

  test.each(all.filter(({ language }) => language in READERS).map((snippet) => [`${snippet.document}:${snippet.line}`, snippet] as const))('%s', async (_, { language, code }) => {
    await READERS[language]?.(code)
  })
})

/** The package that a specifier is from; undefined for Node's own modules and files beside the program. */
const packageOf = (specifier: string) => /^(?:node:|[./])/.test(specifier) ? undefined : /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]

/** What the first lines of the README install, before any guide. */
const INSTALLED_FIRST = ['libssh2-wasm']

describe('a guide says how to install what its snippets import', () => {
  const guides = documents().filter((path) => path.startsWith('docs/guides/') && !path.includes('/migrating-'))
  test.each(guides)('%s', (document) => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8')
    const installed = [...text.matchAll(/npm install ([^`\n]*)/g)].flatMap(([, names]) => (names as string).trim().split(/\s+/))
    const imported = snippets(document).flatMap(({ code }) => [...code.matchAll(/\bfrom '([^']+)'/g)].map(([, specifier]) => packageOf(specifier as string)))
    expect(imported.filter((name) => name !== undefined && !INSTALLED_FIRST.includes(name) && !installed.includes(name))).toEqual([])
  })
})
