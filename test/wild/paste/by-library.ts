import { clientOf } from '../../support/client-of.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { DONE, READY, RECEIVER } from './pasted.ts'

/** How the server names itself. */
export async function identification(server: SshServer): Promise<string> {
  await using client = await clientOf(server)
  return (client.session.bannerGet() ?? '').replace('SSH-2.0-', '')
}

/** Pastes through a command with a terminal. Resolves to what the terminal showed. */
export async function pasteByLibrary(server: SshServer, text: string): Promise<string> {
  await using client = await clientOf(server)
  await using shell = await client.exec(RECEIVER, { pty: { term: 'xterm', columns: 80, rows: 24 } })
  const output = shell.stdout.getReader()
  const decoder = new TextDecoder()
  let shown = ''
  const until = async (word: RegExp) => {
    while (!word.test(shown)) {
      const { value, done } = await output.read()
      if (done) throw new Error(`the terminal ended before ${word}: ${shown}`)
      shown += decoder.decode(value, { stream: true })
    }
  }
  await until(READY)
  const input = shell.stdin.getWriter()
  await input.write(new TextEncoder().encode(`${text}\x04`))
  await until(DONE)
  if (client.session.failure) throw client.session.failure
  return shown
}
