// Transfers that are complete or leave things as they were; and what they hold meanwhile.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'
import { pattern, useSftp } from '../integration/client/sftp/use-sftp.ts'
import { FX, type Quirk, startQuirkySftp, withSftp } from './support/sftp-server.ts'
import { login } from './support/ssh-server.ts'

const used = useSftp()
const DATA = pattern(3_000_000, 5)
const endless = () => new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(50_000)) })

describe('atomic', () => {
  test('the target is the old one or the new one, keeps its mode, and nothing is left beside it', async () => {
    mkdirSync(used.file('atomic'))
    const [path, local] = [used.file('atomic/f'), used.file('atomic/g')]
    for (const file of [path, local]) writeFileSync(file, 'old', { mode: 0o640 })
    writeFileSync(used.file('source'), DATA, { mode: 0o600 })
    const seen = new Set<string>()
    const look = (file: string) => () => { seen.add(readFileSync(file).length === 3 ? 'old' : 'new') }
    await used.sftp.upload(used.file('source'), path, { atomic: true, onProgress: look(path) })
    await used.sftp.download(used.file('source'), local, { atomic: true, onProgress: look(local) })
    expect([...seen]).toEqual(['old'])
    for (const file of [path, local]) expect([Buffer.compare(readFileSync(file), DATA), statSync(file).mode & 0o777]).toEqual([0, 0o640])
    await used.sftp.upload(used.file('source'), used.file('atomic/new'), { atomic: true })
    expect(readdirSync(used.file('atomic')).sort()).toEqual(['f', 'g', 'new'])
    expect(statSync(used.file('atomic/new')).mode & 0o777).toBe(0o600)
  })

  test('on failure and abort the target is as before and the part is removed', async () => {
    mkdirSync(used.file('failing'))
    const path = used.file('failing/f')
    writeFileSync(path, 'old')
    const failing = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('source')) })
    await expect(used.sftp.upload(failing, path, { atomic: true })).rejects.toThrow('source')
    for (const copy of [(signal: AbortSignal, onProgress: () => void) => used.sftp.upload(endless(), path, { atomic: true, signal, onProgress }), (signal: AbortSignal, onProgress: () => void) => used.sftp.download('/dev/zero', path, { atomic: true, signal, onProgress })]) {
      const controller = new AbortController()
      expect(await rejection(copy(controller.signal, () => controller.abort('enough')))).toBe('enough')
      await expect.poll(() => readdirSync(used.file('failing'))).toEqual(['f'])
    }
    await expect(used.sftp.download(used.file('missing'), path, { atomic: true })).rejects.toMatchObject({ code: 'ERR_SFTP_NO_SUCH_FILE' })
    expect([readdirSync(used.file('failing')), readFileSync(path, 'utf8')]).toEqual([['f'], 'old'])
  })

  test('a link stays one, and what somebody has put in the part\'s place is not written through', async () => {
    mkdirSync(used.file('links'))
    writeFileSync(used.file('links/real'), 'old')
    writeFileSync(used.file('links/victim'), 'victim')
    symlinkSync('real', used.file('links/link'))
    for (const copy of [() => used.sftp.upload(DATA, used.file('links/link'), { atomic: true }), () => used.sftp.download(used.file('source'), used.file('links/link'), { atomic: true })]) {
      symlinkSync('victim', used.file('links/.real.part'))
      await copy()
      expect([readFileSync(used.file('links/real')).length, readFileSync(used.file('links/victim'), 'utf8')]).toEqual([DATA.length, 'victim'])
      expect(readdirSync(used.file('links')).sort()).toEqual(['link', 'real', 'victim'])
    }
  })

  test('a server that does not replace files says so, and the old one stays', async () => {
    await withSftp({ files: { '/f': 'old' } }, async (sftp, { files }) => {
      const error = await rejection(sftp.upload(DATA, '/f', { atomic: true })) as Error
      expect(error.message).toContain('/f exists, and this server does not replace files')
      expect([files.paths, files.text('/f')]).toEqual([['/', '/f'], 'old'])
      await sftp.upload(DATA, '/new', { atomic: true })
      expect(files.paths).toEqual(['/', '/f', '/new'])
    })
  })

  test('what cannot be atomic is refused before anything is sent', async () => {
    for (const attempt of [
      () => used.sftp.upload(DATA, used.file('x'), { atomic: true, resume: true }), () => used.sftp.upload(DATA, used.file('x'), { atomic: true, offset: 5 }),
      () => used.sftp.download('/etc/passwd', new WritableStream(), { atomic: true }), () => used.sftp.download('/etc/passwd', new WritableStream(), { resume: true }),
      () => used.sftp.upload(endless(), used.file('x'), { resume: true }), () => used.sftp.upload(DATA, used.file('x'), { resume: true, offset: 5 }),
    ]) expect(await rejection(attempt())).toBeInstanceOf(TypeError)
    expect(await rejection(used.sftp.upload(DATA, used.file('x'), { offset: -1 }))).toBeInstanceOf(RangeError)
    expect(await rejection(used.sftp.upload(DATA, used.file('x'), { mode: 0o100644 }))).toBeInstanceOf(RangeError)
    expect(await rejection(used.sftp.upload(5 as never, used.file('x')))).toBeInstanceOf(TypeError)
  })
})

test('resume onto what is longer, or something else, is an error, and nothing is changed', async () => {
  const [remote, local] = [used.file('resume-remote'), used.file('resume-local')]
  const wrong = DATA.slice(0, 2_000_000)
  wrong[1_999_000] = (wrong[1_999_000] as number) ^ 1
  for (const there of [Buffer.concat([DATA, new Uint8Array(1)]), wrong]) {
    writeFileSync(remote, there)
    expect(await rejection(used.sftp.upload(DATA, remote, { resume: true }))).toMatchObject({ code: 'ERR_SFTP_RESUME_MISMATCH' })
    expect(Buffer.compare(readFileSync(remote), there)).toBe(0)
    writeFileSync(remote, DATA)
    writeFileSync(local, there)
    expect(await rejection(used.sftp.download(remote, local, { resume: true }))).toMatchObject({ code: 'ERR_SFTP_RESUME_MISMATCH' })
    expect(Buffer.compare(readFileSync(local), there)).toBe(0)
  }
  writeFileSync(local, DATA.subarray(0, 1_500_000))
  await used.sftp.download(remote, local, { resume: true })
  expect(Buffer.compare(readFileSync(local), DATA)).toBe(0)
  expect(await used.sftp.download(remote, local, { resume: true })).toMatchObject({ transferred: DATA.length })
})

test('a source that shrinks is an error, not a short copy, alone and in a tree', async () => {
  mkdirSync(used.file('shrink'))
  for (const upload of [(onProgress: () => void) => used.sftp.upload(used.file('shrink/f'), used.file('shrunk'), { onProgress, chunkSize: 10_000, concurrency: 1 }), (onProgress: () => void) => used.sftp.uploadDirectory(used.file('shrink'), used.file('shrunk-tree'), { onProgress, chunkSize: 10_000, concurrency: 1 })]) {
    writeFileSync(used.file('shrink/f'), new Uint8Array(20_000_000))
    expect(await rejection(upload(() => truncateSync(used.file('shrink/f'), 100_000)))).toMatchObject({ code: 'ERR_SFTP_SIZE_MISMATCH' })
  }
})

test('a tree that fails while it is listed stops what runs before it rejects', async () => {
  using directory = temporaryDirectory('wild-tree')
  let running = 0
  let [refuse, refused] = [false, false]
  const READ: Quirk = ({ length }, answer) => {
    running += 1
    refuse = true
    // Behind the refusal, however slow the machine is.
    const wait = () => {
      if (!refused) return void setTimeout(wait, 1)
      running -= 1
      answer.data(new Uint8Array(Math.min(length, 1000)))
    }
    setTimeout(wait, 5)
  }
  // The file has no end; the directory beside it is refused when it is being read.
  const OPENDIR: Quirk = (request, answer, honest) => {
    if (request.path !== '/d/sub') return honest()
    const wait = () => {
      if (!refuse) return void setTimeout(wait, 1)
      answer.status(FX.PERMISSION_DENIED)
      refused = true
    }
    wait()
  }
  await withSftp({ files: { '/d': null, '/d/endless': 'x', '/d/sub': null }, quirks: { READ, OPENDIR } }, async (sftp, server) => {
    expect(await within(15_000, 'the end', rejection(sftp.downloadDirectory('/d', directory.file('d'))))).toMatchObject({ code: 'ERR_SFTP_PERMISSION_DENIED', operation: 'opendir', path: '/d/sub' })
    const asked = server.count('READ')
    await expect.poll(() => running).toBe(0)
    await sftp.stat('/d')
    expect(server.count('READ')).toBe(asked)
    await expect.poll(() => server.openHandles).toBe(0)
  })
})

// npm ssh2's server never answers a CLOSE.
test('closing waits a second for the server\'s CLOSE, and no longer', async () => {
  await using server = await startQuirkySftp()
  await using client = await login(server)
  for (let i = 0; i < 2; i++) {
    const sftp = await client.sftp()
    await sftp.stat('/')
    await within(10_000, 'close', sftp.close())
    expect(await rejection(sftp.stat('/'))).toMatchObject({ code: 'ERR_SFTP_CONNECTION_LOST' })
  }
})
