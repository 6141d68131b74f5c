import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { startPeer } from '../support/process.ts'
import { freePort } from '../support/port.ts'
import { eventually } from '../support/eventually.ts'
import { installed } from '../runtimes/runners/installed.ts'
import { serveJsr } from './jsr-server.ts'
import { type Project, userEnvironment } from './project.ts'

/** What a built application is run with. */
export interface Use {
  /** An empty folder: what is not copied there is not there. */
  readonly empty: string
  /** SERVER: the sshd. */
  readonly env: Readonly<Record<string, string>>
}

export interface Framework {
  readonly key: string
  readonly name: string
  /** A folder of apps/. */
  readonly app: string
  readonly type: 'module' | 'commonjs'
  /** From the registry, in one version each. A framework without any belongs to `npm test`. */
  readonly dependencies: Readonly<Record<string, string>>
  /** What it runs on. */
  readonly runtime: string
  readonly program: string
  /** How it is built and run, for the table. */
  readonly how: string
  /** Builds and runs it. @returns what the server's command said */
  use(project: Project, use: Use): Promise<string>
}

/** The tests' own: 20. */
const NODE = { runtime: 'Node', program: process.execPath }
const NODE_22 = { runtime: 'Node', program: installed('node22') }
const DENO = { runtime: 'Deno', program: installed('deno') }
const BUN = { runtime: 'Bun', program: installed('bun') }

/** Starts a web server, asks it for /ssh, and ends it. */
async function ask(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const port = await freePort()
  const peer = await startPeer(program, args, { cwd, env: userEnvironment({ ...env, PORT: String(port), HOST: '127.0.0.1', HOSTNAME: '127.0.0.1' }) })
  try {
    const response = await eventually(() => fetch(`http://127.0.0.1:${port}/ssh`))
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text}\n${peer.log()}`)
    return text
  } finally {
    await peer.stop()
  }
}

/** A bundle in one file, as SAM, CDK and Serverless make it of a handler. */
const oneFile = (folder: string, entry: string, outfile: string) => esbuild({ absWorkingDir: folder, entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', target: 'node20', format: 'cjs', tsconfigRaw: '{}', logLevel: 'error' })

/** As Lambda's runtime does: it unpacks the archive, requires the handler, and calls it. */
async function callHandler(project: Project, { empty, env }: Use, what: readonly string[]): Promise<string> {
  await project.run('zip', ['-qr', join(empty, 'function.zip'), ...what])
  await project.run('unzip', ['-q', 'function.zip', '-d', 'task'], { cwd: empty })
  await project.run('chmod', ['-R', 'a-w', 'task'], { cwd: empty })
  // A package.json of a folder above would say what a .js file is.
  writeFileSync(join(empty, 'package.json'), '{}')
  const answer = await project.run(process.execPath, ['-e', "require('./task/index.js').handler({}, {}).then((answer) => console.log(JSON.stringify(answer)))"], { cwd: empty, env })
  await project.run('chmod', ['-R', 'u+w', 'task'], { cwd: empty })
  return (JSON.parse(answer) as { body: string }).body
}

export const frameworks: readonly Framework[] = [
  {
    ...NODE, key: 'next', name: 'Next.js', app: 'next', type: 'module', dependencies: { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' },
    how: 'a route handler; `next build` with `output: "standalone"`; `.next/standalone` alone in an empty folder',
    async use(project, { empty, env }) {
      await project.bin('next', 'build')
      cpSync(project.file('.next/standalone'), empty, { recursive: true })
      return ask(process.execPath, ['server.js'], empty, env)
    },
  },
  {
    ...NODE_22, key: 'astro', name: 'Astro', app: 'astro', type: 'module', dependencies: { astro: '7.3.5', '@astrojs/node': '11.1.6' },
    how: 'an endpoint; `astro build` with the Node adapter; `node dist/server/entry.mjs`',
    async use(project, { env }) {
      await project.bin('astro', 'build')
      return ask(this.program, ['dist/server/entry.mjs'], project.folder, env)
    },
  },
  {
    ...NODE_22, key: 'sveltekit', name: 'SvelteKit', app: 'sveltekit', type: 'module',
    dependencies: { '@sveltejs/kit': '3.2.0', '@sveltejs/adapter-node': '6.0.1', '@sveltejs/vite-plugin-svelte': '7.3.1', svelte: '5.57.3', vite: '8.4.0' },
    how: 'an endpoint; `vite build` with the Node adapter; `build/` with the package.json and node_modules',
    async use(project, { env }) {
      await project.bin('vite', 'build')
      return ask(this.program, ['build/index.js'], project.folder, env)
    },
  },
  {
    ...NODE, key: 'nest', name: 'NestJS', app: 'nest', type: 'commonjs',
    dependencies: { '@nestjs/core': '11.2.10', '@nestjs/common': '11.2.10', '@nestjs/platform-express': '11.2.10', rxjs: '7.8.2', 'reflect-metadata': '0.2.2', typescript: '5.9.3', '@types/node': '20.19.43' },
    how: 'a controller; `tsc` with `module: commonjs` and `moduleResolution: node10`, types checked (`skipLibCheck` is off)',
    async use(project, { env }) {
      await project.bin('tsc', '-p', '.')
      return ask(process.execPath, ['dist/main.js'], project.folder, env)
    },
  },
  {
    ...NODE, key: 'vite', name: 'Vite SSR', app: 'vite', type: 'module', dependencies: { vite: '8.4.0' },
    how: '`vite build --ssr main.js`, with the package outside and inside of the bundle (`noExternal`); the second one alone in an empty folder',
    async use(project, { empty, env }) {
      await project.bin('vite', 'build', '--ssr', 'main.js', '--outDir', 'outside')
      const first = await project.run(process.execPath, ['outside/main.js'], { env })
      writeFileSync(project.file('vite.config.js'), 'export default { ssr: { noExternal: true } }\n')
      await project.bin('vite', 'build', '--ssr', 'main.js', '--outDir', 'inside')
      cpSync(project.file('inside'), empty, { recursive: true })
      writeFileSync(join(empty, 'package.json'), '{ "type": "module" }')
      const second = await project.run(process.execPath, ['main.js'], { cwd: empty, env })
      if (first !== second) throw new Error(`${first} ${second}`)
      return second
    },
  },
  {
    ...NODE, key: 'jest', name: 'Jest', app: 'jest', type: 'commonjs', dependencies: { jest: '30.5.2' }, how: 'a CommonJS test, without settings',
    async use(project, { env }) {
      // It reports to stderr, and exits with 0 only if every test passed.
      await project.run(process.execPath, ['node_modules/jest/bin/jest.js', '--ci'], { env })
      return 'passed'
    },
  },
  {
    ...NODE, key: 'vitest', name: 'Vitest', app: 'vitest', type: 'module', dependencies: { vitest: '4.1.12' }, how: 'a test, without settings',
    async use(project, { env }) {
      await project.run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], { env })
      return 'passed'
    },
  },
  {
    ...NODE, key: 'tsup', name: 'tsup', app: 'tsup', type: 'module', dependencies: { tsup: '8.5.0', typescript: '5.9.3' },
    how: '`tsup main.js --format cjs,esm`, with the package inside (`noExternal`); both alone in an empty folder',
    async use(project, { empty, env }) {
      writeFileSync(project.file('tsup.config.js'), "export default { noExternal: ['libssh2-wasm'] }\n")
      await project.bin('tsup', 'main.js', '--format', 'cjs,esm')
      cpSync(project.file('dist'), empty, { recursive: true })
      writeFileSync(join(empty, 'package.json'), '{ "type": "module" }')
      const said = [await project.run(process.execPath, ['main.cjs'], { cwd: empty, env }), await project.run(process.execPath, ['main.js'], { cwd: empty, env })]
      if (said[0] !== said[1]) throw new Error(said.join(' '))
      return said[0] as string
    },
  },
  {
    ...NODE, key: 'lambda', name: 'Lambda, a folder as ZIP', app: 'lambda', type: 'commonjs', dependencies: {}, how: 'handler and node_modules, zipped, unpacked read-only, required and called as the runtime does',
    use: (project, use) => callHandler(project, use, ['index.js', 'package.json', 'node_modules']),
  },
  {
    ...NODE, key: 'lambda-bundle', name: 'SAM, CDK, Serverless', app: 'lambda', type: 'commonjs', dependencies: {}, how: 'the handler by esbuild in one CommonJS file, zipped alone; called likewise',
    async use(project, use) {
      await oneFile(project.folder, 'index.js', 'bundle/index.js')
      cpSync(project.file('bundle/index.js'), project.file('index.js'))
      return callHandler(project, use, ['index.js'])
    },
  },
  {
    ...DENO, key: 'deno', name: 'Deno, `npm:`', app: 'deno', type: 'module', dependencies: {}, how: "`import 'npm:libssh2-wasm'`, from the project's node_modules",
    use: (project, { env }) => project.run(DENO.program, ['run', '--no-prompt', '--cached-only', '--allow-net=127.0.0.1', '--allow-env', `--allow-read=${project.folder}`, 'npm.js'], { env }),
  },
  {
    ...DENO, key: 'deno-map', name: 'Deno, by a name of deno.json', app: 'deno', type: 'module', dependencies: {},
    how: "as `deno add` writes it, and as names of JSR are: `import '@ssh/libssh2-wasm'`, which deno.json maps to `npm:libssh2-wasm@^0.1.0`",
    async use(project, { env }) {
      writeFileSync(project.file('deno.json'), JSON.stringify({ imports: { '@ssh/libssh2-wasm': 'npm:libssh2-wasm@^0.1.0' } }))
      return project.run(DENO.program, ['run', '--no-prompt', '--cached-only', '--allow-net=127.0.0.1', '--allow-env', `--allow-read=${project.folder}`, 'jsr.js'], { env })
    },
  },
  {
    ...DENO, key: 'deno-jsr', name: 'Deno, from addresses, as JSR has it', app: 'deno', type: 'module', dependencies: {},
    how: 'the package that `npm run release` makes for JSR, served by HTTP as JSR serves it, and fetched with no permission for `libssh2.wasm`',
    async use(project, { env }) {
      await using served = await serveJsr(project.file('jsr'))
      writeFileSync(project.file('deno.json'), JSON.stringify({ imports: { '@ssh/libssh2-wasm': served.url } }))
      const { port } = JSON.parse(env['SERVER'] as string) as { port: number }
      return await project.run(DENO.program, ['run', '--no-prompt', '--no-lock', '--quiet', '--allow-import=127.0.0.1', `--allow-net=127.0.0.1:${port}`, '--allow-env', 'jsr.js'], { env: { ...env, DENO_DIR: project.file('deno-cache') } })
    },
  },
  {
    ...BUN, key: 'bun-compile', name: 'Bun, compiled', app: 'bun', type: 'module', dependencies: {}, how: '`bun build --compile main.js`; the executable alone in an empty folder',
    async use(project, { empty, env }) {
      await project.run(BUN.program, ['build', '--compile', 'main.js', '--outfile', join(empty, 'app')])
      return project.run(join(empty, 'app'), [], { cwd: empty, env })
    },
  },
  {
    ...NODE, key: 'sea', name: 'Node, single executable', app: 'sea', type: 'module', dependencies: { postject: '1.0.0-alpha.6' }, how: 'esbuild in one CommonJS file, `node --experimental-sea-config`, postject; the executable alone in an empty folder',
    async use(project, { empty, env }) {
      await oneFile(project.folder, 'main.js', 'main.cjs')
      writeFileSync(project.file('sea.json'), JSON.stringify({ main: 'main.cjs', output: 'app.blob', disableExperimentalSEAWarning: true }))
      await project.run(process.execPath, ['--experimental-sea-config', 'sea.json'])
      const app = join(empty, 'app')
      cpSync(process.execPath, app)
      await project.bin('postject', app, 'NODE_SEA_BLOB', 'app.blob', '--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2')
      return project.run(app, [], { cwd: empty, env })
    },
  },
  {
    ...NODE_22, key: 'asar', name: "Electron's archive (asar)", app: 'asar', type: 'commonjs', dependencies: { '@electron/asar': '4.3.2', 'asar-node': '3.1.1' },
    how: '`asar pack` of the application with node_modules; `asar-node app.asar`, which reads inside of archives by the functions that Electron has for that, in an empty folder. Electron itself was not run: its package of npm fetches the program from GitHub, which the machine of these runs does not reach',
    async use(project, { empty, env }) {
      const source = project.file('packed')
      mkdirSync(join(source, 'node_modules'), { recursive: true })
      for (const file of ['main.js', 'index.js', 'node_modules/libssh2-wasm']) cpSync(project.file(file), join(source, file), { recursive: true })
      writeFileSync(join(source, 'package.json'), '{ "name": "app", "version": "1.0.0", "main": "main.js" }')
      const asar = (...args: string[]) => project.run(this.program, [project.file('node_modules/@electron/asar/bin/asar.mjs'), ...args], { cwd: empty })
      await asar('pack', source, 'app.asar')
      await asar('extract-file', 'app.asar', 'node_modules/libssh2-wasm/dist/libssh2.wasm')
      if (!readFileSync(join(empty, 'libssh2.wasm')).equals(readFileSync(project.file('node_modules/libssh2-wasm/dist/libssh2.wasm')))) throw new Error('the archive has another libssh2.wasm')
      return project.run(this.program, [project.file('node_modules/asar-node/bin/asar-node.js'), 'app.asar'], { cwd: empty, env })
    },
  },
]
