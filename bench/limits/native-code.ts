/** What WebAssembly lacks against native code: this library's chacha20-poly1305 and a whole download, by processor features of a native build, beside the module's. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { nativePeer, nativePeers } from '../peers/native.ts'
import { peerWith } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import { perFurther } from './further.ts'
import type { CipherCosts } from './gcm-client.ts'
import { processors } from './processors.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, rate, type Row, transferTable, wanted } from './transfers.ts'

const CHACHAPOLY = 'chacha20-poly1305@openssh.com'
const OUT = 'build/bench/limits'
/** Times that each build of the cipher is measured, in turns. */
const TURNS = 3
const BUILDS = [['native', '-march=native'], ['without AVX-512', '-march=native -mno-avx512f'], ['without AVX', '-march=x86-64-v2']] as const
type Build = (typeof BUILDS)[number][0] | 'module'

const MBEDTLS = 'build/src/mbedtls'
const sources = ['bench/limits/chachapoly.c', ...['chachapoly-packet', 'chacha20', 'poly1305'].map((name) => `wasm/crypto-${name}.c`), `${MBEDTLS}/library/platform_util.c`]
const includes = ['-Iwasm', `-I${MBEDTLS}/include`, `-I${MBEDTLS}/library`, '-Ideps/mbedtls', '-DMBEDTLS_CONFIG_FILE="mbedtls-config.h"']

function compile([name, flags]: (typeof BUILDS)[number]): string {
  const program = `${OUT}/chachapoly-${name.replaceAll(' ', '-')}`
  execFileSync('gcc', ['-O3', '-DNDEBUG', ...flags.split(' '), ...includes, '-o', program, ...sources])
  return program
}

function ofModule(): CipherCosts {
  const [, sealed, opened] = /^chacha20.*sealed ([\d.]+), opened ([\d.]+)$/m.exec(execFileSync(process.execPath, ['bench/ciphers.mjs', 'chacha'], { encoding: 'utf8' })) ?? []
  return { sealed: Number(sealed), opened: Number(opened) }
}

/** The least of some turns, alternating. */
function ciphers(run: Run): Map<Build, CipherCosts> {
  mkdirSync(OUT, { recursive: true })
  const programs = BUILDS.map((build) => [build[0], compile(build)] as const)
  const best = new Map<Build, CipherCosts>()
  const keep = (name: Build, { sealed, opened }: CipherCosts) => {
    const before = best.get(name)
    best.set(name, { sealed: Math.min(sealed, before?.sealed ?? Infinity), opened: Math.min(opened, before?.opened ?? Infinity) })
  }
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, program] of programs) keep(name, JSON.parse(execFileSync(program, { encoding: 'utf8' })) as CipherCosts)
    keep('module', ofModule())
  }
  for (const [name, { sealed, opened }] of best) run.say(`chacha20-poly1305 ${name}: sealed ${sealed}, opened ${opened} s/GB`)
  return best
}

const openssl = nativePeers.find(({ name }) => name === 'libssh2-openssl')!
const contenders = [
  { title: 'this library, ciphers in WebAssembly', peer: peerWith('ours-wasm', []), cipher: CHACHAPOLY },
  { title: 'the same C, native', peer: nativePeers.find(({ name }) => name === 'libssh2-mbedtls')!, cipher: CHACHAPOLY },
  { title: 'the same C without AVX', peer: nativePeer('libssh2-mbedtls-without-avx', 'native, without AVX'), cipher: CHACHAPOLY },
  { title: 'upstream\'s libssh2 with OpenSSL, chacha20-poly1305', peer: openssl, cipher: CHACHAPOLY },
  { title: 'upstream\'s libssh2 with OpenSSL, aes256-ctr', peer: openssl, cipher: 'aes256-ctr' },
]

async function measure(run: Run): Promise<Measured> {
  const cipher = ciphers(run)
  const small = await alternate(run, { workload: 'exec-download', contenders, share: 0.25 })
  const large = await alternate(run, { workload: 'exec-download', contenders })
  const [ours, native, withoutAvx, ...upstream] = large.map((row, at) => ({ row, per: perFurther(row, small[at]!) })) as [Each, Each, Each, ...Each[]]
  const fastest = upstream.reduce((one, other) => ((rate(other.row) ?? 0) > (rate(one.row) ?? 0) ? other : one))
  const [module, best] = [cipher.get('module')!.opened, cipher.get('native')!.opened]
  return {
    limits: [
      {
        target: wanted('exec-download', 'ours-wasm', 'libssh2-mbedtls', false), cells: [ours.row, native.row].map((row) => ({ ...row, variant: CHACHAPOLY })),
        ratio: native.per && native.per / (native.per - best + module), if: 'everything but the cipher cost what it costs in native code (CPU per further GB)',
      },
      {
        target: wanted('exec-download', 'ours-wasm', 'libssh2-openssl', false), cells: [ours.row, fastest.row],
        ratio: withoutAvx.per && fastest.per && fastest.per / withoutAvx.per, if: 'all our C were native, with vectors of 16 bytes as in WebAssembly, and there were no JavaScript (CPU per further GB)',
      },
      processors([ours.row, fastest.row], 'libssh2-openssl', 'ours-wasm'),
    ],
    figures: [
      'chacha20-poly1305, packets of 32 kB, CPU s/GB, the least of 3 times 7, alternating:', '', '| | sealed | opened |', '|---|--:|--:|',
      ...[...BUILDS.map(([name, flags]) => [name, `\`gcc -O3 ${flags}\``] as const), ['module', `the module, Node ${process.versions.node}`] as const].map(([name, title]) => `| ${title} | ${digits(cipher.get(name)!.sealed)} | ${digits(cipher.get(name)!.opened)} |`), '',
      `exec download, CPU s per further GB: the difference between ${(large[0]!.bytes / 1e9).toFixed(2)} and ${(small[0]!.bytes / 1e9).toFixed(2)} GB, from the least of ${run.rounds} rounds of each:`, '', '| | CPU s per further GB |', '|---|--:|',
      ...[ours, native, withoutAvx, ...upstream].map(({ row, per }) => `| ${row.title} | ${per === undefined ? row.error ?? '' : digits(per)} |`), '',
      'Its larger transfers:', '', transferTable(large),
    ],
  }
}

interface Each { readonly row: Row, readonly per: number | undefined }

export const nativeCode: Section = { name: 'native', title: 'WebAssembly and native code', measure }
