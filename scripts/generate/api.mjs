// npm run api : writes api/NAME.api.md, the exports of each entry of the built package, so that a change of the public surface is a diff.
// With --check it writes nothing, and fails if a report differs from dist/.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { modules } from '../build/entries.mjs'
import { report } from '../check/files.mjs'

const check = process.argv.includes('--check')
const temporary = resolve('build/api')
rmSync(temporary, { recursive: true, force: true })
for (const folder of ['api', temporary]) mkdirSync(folder, { recursive: true })

/** Other checks cover the declarations: surface.mjs looks for types that no entry exports, typedoc for missing comments. */
const silent = { default: { logLevel: /** @type {any} */ ('none') } }

/** @param {string} entry @returns whether its report was current */
function reportOf(entry) {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: resolve('.'), mainEntryPointFilePath: resolve('dist', `${entry}.d.ts`), newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: { target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'], module: 'ESNext', moduleResolution: 'bundler', types: ['node'], skipLibCheck: true }, files: [`dist/${entry}.d.ts`] } },
      apiReport: { enabled: true, reportFileName: entry, reportFolder: resolve('api'), reportTempFolder: temporary, includeForgottenExports: false },
      docModel: { enabled: false }, dtsRollup: { enabled: false }, tsdocMetadata: { enabled: false },
      messages: { compilerMessageReporting: silent, extractorMessageReporting: silent, tsdocMessageReporting: silent },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: resolve('package.json'),
  })
  return !Extractor.invoke(config, { localBuild: !check, messageCallback: message => { message.handled = message.logLevel !== 'error' } }).apiReportChanged
}

const missing = modules.filter(({ entry }) => !existsSync(`dist/${entry}.d.ts`)).map(({ entry }) => `dist/${entry}.d.ts is not there: build first`)
const stale = missing.length > 0 ? [] : modules.filter(({ entry }) => !reportOf(entry) && check).map(({ entry }) => `api/${entry}.api.md is not what the package exports: npm run api, and read the diff`)
const foreign = readdirSync('api').filter(name => !modules.some(({ entry }) => name === `${entry}.api.md`)).map(name => `api/${name} is of no entry`)
report([...missing, ...stale, ...foreign], check ? 'api: the reports are current' : 'api: the reports are written')
