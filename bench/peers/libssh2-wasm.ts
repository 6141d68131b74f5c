/** This library on Node, from the built package. BENCH_HOST_CRYPTO=off leaves all ciphers to WebAssembly. */
import { readFile } from 'node:fs/promises'
import { connect, pinned, publicKey } from 'libssh2-wasm'
import type { Library } from '../types.ts'
import { connection } from './libssh2-wasm-session.ts'

export const library: Library = {
  async connect({ host, port, user, keyFile, fingerprint }, cipher) {
    return connection(await connect({
      host, port, username: user, hostKey: pinned(fingerprint), auth: [publicKey(await readFile(keyFile, 'utf8'))],
      hostCrypto: process.env.BENCH_HOST_CRYPTO !== 'off',
      ...cipher === undefined ? {} : { algorithms: { cipher: [cipher] } },
    }))
  },
}
