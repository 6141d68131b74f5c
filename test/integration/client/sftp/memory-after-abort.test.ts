import { expect, test } from 'vitest'
import { Client } from '../../../../src/index.ts'
import { attack, login } from '../../../fixes/attack.ts'
import { serveSftp, SSH_FXP } from '../../../support/scripted-server/sftp.ts'
import { rejection } from '../../../support/within.ts'

/** Something that happens once. */
function event() {
  let resolve!: () => void
  const promise = new Promise<void>((happens) => { resolve = happens })
  return { promise, resolve }
}

test('memory is its owner\'s again after an abort: what is still to be sent is what was there before', async () => {
  const [full, changed, over] = [event(), event(), event()]
  const received = new Set<number>()
  await attack(async (connection) => {
    const sftp = await serveSftp(connection, { window: 100_000 })
    await sftp.open(SSH_FXP.OPEN)
    await sftp.receive(SSH_FXP.WRITE)
    full.resolve()
    await changed.promise
    sftp.widen(1 << 20)
    for (let request = await sftp.next(); request.type === SSH_FXP.WRITE; request = await sftp.next()) {
      request.fields.string()
      request.fields.uint64()
      for (const byte of request.fields.string()) received.add(byte)
    }
    over.resolve()
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const sftp = await new Client(session).sftp()
    const bytes = new Uint8Array(200_000).fill(1)
    const controller = new AbortController()
    const uploading = rejection(sftp.upload(bytes, 'file', { signal: controller.signal }))
    await full.promise
    controller.abort('enough')
    expect(await uploading).toBe('enough')
    bytes.fill(2)
    changed.resolve()
    await over.promise
  })
  expect([...received]).toEqual([1])
})
