// Packs the core and the packages beside it, and has publint and are-the-types-wrong look at those beside it (scripts/check/package.mjs has the core).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packageManifests } from '../check/files.mjs'

/** @typedef {{ tarball: string, files: string[], size: number, sha256: string }} Packed */

/** @param {string} folder of the package @param {string} target a folder for the tarball, absolute @returns {Packed} */
export function pack(folder, target) {
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 }))
  const tarball = `${target}/${packed.filename}`
  return { tarball, files: packed.files.map(({ path }) => path), size: packed.size, sha256: createHash('sha256').update(readFileSync(tarball)).digest('hex') }
}

/**
 * The packages beside the core, built and packed, each with what is wrong with it.
 * @param {string} target
 * @returns {Promise<{ manifest: any, packed: Packed, findings: string[] }[]>}
 */
export async function packBeside(target) {
  const all = []
  for (const path of packageManifests()) {
    const folder = dirname(path)
    const manifest = JSON.parse(readFileSync(path, 'utf8'))
    if (manifest.scripts?.prepack) execFileSync('npm', ['run', '--silent', 'prepack'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    const packed = pack(folder, target)
    const { messages } = await publint({ pkgDir: folder, strict: true })
    const findings = messages.map(message => `publint: ${formatMessage(message, manifest)}`)
    const types = typesWrong(packed.tarball, manifest)
    all.push({ manifest, packed, findings: [...findings, ...types].map(finding => `${manifest.name}: ${finding}`) })
  }
  return all
}

/** @param {string} tarball @param {{ type?: string, exports?: Record<string, unknown> }} manifest @returns {string[]} */
function typesWrong(tarball, { type, exports = {} }) {
  // Entries without types of their own are files to fetch, or to start as a worker.
  const typed = Object.entries(exports).filter(([, target]) => typeof target === 'object').map(([subpath]) => subpath)
  // CommonJS loads a package of ES modules by import().
  const options = ['--profile', type === 'module' ? 'esm-only' : 'node16', ...typed.length > 0 ? ['--entrypoints', ...typed] : []]
  try {
    execFileSync(process.execPath, ['node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--format', 'ascii', ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return []
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error)
    return [`are-the-types-wrong:\n${stdout}${stderr}`]
  }
}
