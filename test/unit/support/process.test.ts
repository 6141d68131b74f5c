import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { descendants, endPeers, livePeers, startPeer } from '../../support/process.ts'
import { temporaryDirectories, temporaryDirectory } from '../../support/temporary.ts'

/** Ended, even if its new parent has not collected it yet. */
const gone = (pid: number) => expect.poll(() => !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))).toBe(true)

it('keeps what a program printed, and its exit code', async () => {
  const peer = await startPeer('sh', ['-c', 'echo "$WORD"; echo problem >&2; exit 3'], { env: { WORD: 'hello' } })
  expect(await peer.exited).toBe(3)
  await expect.poll(() => peer.log()).toMatch(/hello/)
  await expect.poll(() => peer.log()).toMatch(/problem/)
})

it('waits for a line, and tells what there was instead', async () => {
  const peer = await startPeer('sh', ['-c', 'sleep 0.1; echo ready; sleep 100'])
  await peer.logged(/ready/)
  await expect(peer.logged(/never/, 50)).rejects.toThrow(/said nothing like it in 50 ms[^]*ready/)
  await peer.stop()
  await expect(peer.logged(/never/)).rejects.toThrow(/ended/)
})

it.runIf(process.platform === 'linux')('tells which program is not there', async () => {
  const peer = await startPeer('/no/such/program', [])
  await expect(peer.logged(/never/)).rejects.toThrow(/no.such.program[^]*No such file/)
})

it.runIf(process.platform === 'linux')('ends with a test process that is killed', async () => {
  using folder = temporaryDirectory('killed')
  const source = readFileSync(new URL('../../support/process.ts', import.meta.url), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  writeFileSync(folder.file('process.mjs'), outputText)
  writeFileSync(folder.file('test.mjs'), "import { startPeer } from './process.mjs'; console.log((await startPeer('sleep', ['1000'])).pid, 'started')")
  const runner = await startPeer(process.execPath, [folder.file('test.mjs')])
  await runner.logged(/\d+ started/)
  const peer = Number.parseInt(runner.log(), 10)
  expect(descendants(runner.pid)).toEqual([peer])
  // Only the runner, as a time limit or a lack of memory ends it: nothing of it can clean up.
  process.kill(runner.pid, 'SIGKILL')
  await gone(peer)
  await runner.exited
})

it.runIf(process.platform === 'linux')('ends grandchildren in sessions of their own, and programs that ignore SIGTERM', async () => {
  const peer = await startPeer('sh', ['-c', 'trap "" TERM; setsid sleep 100 & echo ready; sleep 100'])
  await peer.logged(/ready/)
  await expect.poll(() => descendants(peer.pid).length).toBe(2)
  const family = [peer.pid, ...descendants(peer.pid)]
  expect(livePeers()).toEqual([expect.stringContaining('setsid')])
  await peer.stop()
  for (const pid of family) await gone(pid)
  expect(livePeers()).toEqual([])
})

it.runIf(process.platform === 'linux')('ends a child that outlives its parent', async () => {
  const peer = await startPeer('sh', ['-c', '(trap "" TERM; echo ready; exec setsid sleep 100) & wait'])
  await peer.logged(/ready/)
  const [child] = descendants(peer.pid)
  await peer.stop()
  await gone(child as number)
})

it('ends all at once', async () => {
  const peers = await Promise.all([startPeer('sleep', ['100']), startPeer('sleep', ['100'])])
  await endPeers()
  expect(livePeers()).toEqual([])
  expect(await Promise.all(peers.map((peer) => peer.exited))).toEqual([null, null])
})

it('removes temporary directories', () => {
  const directory = temporaryDirectory('test')
  expect(existsSync(directory.path)).toBe(true)
  expect(temporaryDirectories()).toEqual([directory.path])
  directory.remove()
  expect(existsSync(directory.path)).toBe(false)
  expect(temporaryDirectories()).toEqual([])
})
