// TypeScript to JavaScript, file by file, with esbuild; only `tsc` checks types (npm run types).
import { transform } from 'esbuild'

/** The oldest syntax that runtimes have to support: bundles, tests and scripts all use this target. */
export const TARGET = 'es2022'

/**
 * @param {string} text TypeScript
 * @param {string} path of its file, for source maps and errors
 * @param {string} [target] `esnext` leaves newer syntax as it is
 * @returns {Promise<{ code: string, map: string }>}
 */
export async function stripTypes(text, path, target = TARGET) {
  const { code, map } = await transform(text, { loader: 'ts', sourcefile: path, sourcemap: true, target, tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } } })
  return { code, map }
}
