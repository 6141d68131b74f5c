/// Bun: `bun.js URL-OF-THE-CONTROLLER`. It ends by itself: nothing of the library keeps a process alive.
import { argv } from 'node:process'
import { connectTcp } from 'libssh2-wasm/bun'
import { runSuite } from '../suite/run.ts'

await runSuite({ controller: argv[2]!, route: 'tcp', dial: connectTcp })
