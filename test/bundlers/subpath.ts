import { build } from 'esbuild'

/** Everything that one subpath of the package brings along, later parts included, as one text. What only its own runtime has stays outside. */
export async function bundleAlone(folder: string, specifier: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: folder, stdin: { contents: `export * from '${specifier}'`, resolveDir: folder }, outdir: 'alone', write: false, tsconfigRaw: '{}',
    bundle: true, splitting: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', external: ['node:*', 'cloudflare:*', '@xterm/xterm'],
  })
  return outputFiles.map(({ text }) => text).join('\n')
}
