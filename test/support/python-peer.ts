import { fileURLToPath } from 'node:url'
import { treeCommand, treeFile } from './foreign-tree.ts'
import { startPeer, type Peer } from './process.ts'

/** Starts a script of test/support/peers, which prints `listening on PORT`. `before` are words in front of the interpreter; `newer`: trixie's, with its packages. */
export async function startPythonPeer(script: string, args: readonly string[], before: readonly string[] = [], newer = false): Promise<{ peer: Peer; port: number }> {
  // The system's interpreter: the packages belong to it, not to whatever python3 is first in PATH.
  const interpreter = newer ? treeCommand('python', '/usr/bin/python3') : ['/usr/bin/python3']
  const words = [...before, ...interpreter, '-W', 'ignore', fileURLToPath(new URL(`./peers/${script}`, import.meta.url)), ...args]
  const peer = await startPeer(words[0] as string, words.slice(1), { env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...newer ? { PYTHONHOME: treeFile('python', '/usr') } : {} } })
  try {
    await peer.logged(/listening on \d+/, 20_000)
  } catch (error) {
    await peer.kill()
    throw error
  }
  return { peer, port: Number(/listening on (\d+)/.exec(peer.log())?.[1]) }
}
