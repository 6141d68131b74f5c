// node test/unit/crypto/build.mjs : links entry.c with the objects that ./build.sh made, in build/crypto/, and prints
// the path of the module. One at a time: the caller takes a lock.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import { compileAll, run, sha256 } from '../../../scripts/build/compile-cache.mjs'
import { common, glue, variants } from '../../../wasm/build.config.mjs'

const functions = [
  'malloc', 'free', 'test_cipher_new', 'test_cipher_crypt', 'test_cipher_length', 'test_cipher_free', 'test_mac_new', 'test_mac',
  'test_mac_free', 'test_hash', 'test_gcm', 'test_hostkey_verify', 'test_kex_start', 'test_kex_exponent',
  'test_kex_finish', 'test_slices', 'test_kex_group', 'crypto_scalarmult_curve25519', 'crypto_kem_mlkem768_seed_keypair',
  'crypto_kem_mlkem768_enc_deterministic', 'crypto_kem_mlkem768_dec', 'test_sntrup761', 'test_poly1305', 'chachapoly_seal', 'chachapoly_open', 'sntrup761_keypair', 'sntrup761_decapsulate',
]
const list = 'build/obj/release/linked/objects.rsp'
if (!existsSync(list)) {
  process.stderr.write('crypto tests: run ./build.sh first\n')
  process.exit(2)
}
const emcc = execFileSync('bash', ['scripts/build/toolchain.sh'], { encoding: 'utf8' }).trim()
const compiler = (await run(emcc, ['--version'])).split('\n')[0]
const object = 'build/crypto/entry.o'
mkdirSync('build/crypto', { recursive: true })
await compileAll(emcc, compiler, [{ source: 'test/unit/crypto/entry.c', object, flags: [...common, ...variants.release.cold, ...glue] }])
const objects = [...readFileSync(list, 'utf8').trim().split('\n'), object]
const inputs = [...objects, 'wasm/library.gen.js', 'test/unit/crypto/build.mjs']
const folder = `build/crypto/${sha256(compiler + inputs.map(file => sha256(readFileSync(file))).join()).slice(0, 16)}`
if (!existsSync(folder)) {
  // A folder is there when it is complete.
  const own = mkdtempSync('build/crypto/linking-')
  await run(emcc, [
    ...objects, '-o', `${own}/crypto.mjs`, '-O1', '-sSTRICT', '-sMODULARIZE', '-sEXPORT_ES6', '-sENVIRONMENT=node',
    '-sFILESYSTEM=0', '-sALLOW_MEMORY_GROWTH', '-sSTACK_SIZE=131072', '-sMALLOC=emmalloc', '-sWASM_BIGINT', '-sSUPPORT_LONGJMP=0', '--no-entry',
    '-Wl,--wrap=randombytes_internal_void_voidstar_longlong',
    '-sINCOMING_MODULE_JS_API=host', '--js-library', 'wasm/library.gen.js', '-sEXPORTED_RUNTIME_METHODS=wasmMemory',
    `-sEXPORTED_FUNCTIONS=${functions.map(name => `_${name}`).join(',')}`,
  ])
  renameSync(own, folder)
}
console.log(`${folder}/crypto.mjs`)
