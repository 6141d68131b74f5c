import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { startSshd } from '../../support/sshd.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

test.runIf(requirePeer('sshd'))('one signal may cover any number of operations: no warning of a leak, and nothing left on it', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => { warnings.push(warning) }
  process.on('warning', note)
  const server = await startSshd()
  const folder = temporaryDirectory('one-signal')
  const controller = new AbortController()
  const { signal } = controller
  const client = await connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), signal,
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  const sftp = await client.sftp({ signal })
  await sftp.writeFile(folder.file('there'), new Uint8Array(8_000_000), { signal })
  await sftp.download(folder.file('there'), folder.file('here'), { signal })
  await sftp.upload(folder.file('here'), folder.file('again'), { signal })
  await Promise.all(Array.from({ length: 20 }, () => client.run('true', { signal })))
  expect(getEventListeners(signal, 'abort')).toEqual([])

  const waiting = Array.from({ length: 20 }, () => client.run('sleep 30', { signal }).catch((error: unknown) => error))
  await client.run('true')
  expect(getEventListeners(signal, 'abort').length).toBe(1)
  controller.abort(new Error('all of them'))
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([signal.reason]))
  await client.close()
  await server.stop()
  folder.remove()
  process.off('warning', note)
  expect(warnings).toEqual([])
})
