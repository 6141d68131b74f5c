import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configFor, PROGRAM } from '../../cli/program.ts'
import { startPeer } from '../../support/process.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { READY, RECEIVER } from './pasted.ts'

const terminal = fileURLToPath(new URL('../../support/peers/on-a-terminal.py', import.meta.url))

/** Pastes into the program, which runs in a terminal of its own. Resolves to what that terminal showed. */
export async function pasteByProgram(server: SshServer, text: string): Promise<string> {
  using files = temporaryDirectory('paste')
  const config = configFor(server, files)
  // Terminals send a carriage return for the end of a line; Ctrl-D ends the input.
  writeFileSync(files.file('pasted'), `${text.replaceAll('\n', '\r')}\x04`)
  const peer = await startPeer('/usr/bin/python3', [terminal, READY.source, files.file('pasted'), process.execPath, PROGRAM, '-t', '-F', config, 'demo', RECEIVER], { env: { SSH_AUTH_SOCK: '' } })
  try {
    const code = await peer.exited
    if (code !== 0) throw new Error(`the program ended with ${code}: ${peer.log()}`)
    return peer.log()
  } finally {
    await peer.stop()
  }
}
