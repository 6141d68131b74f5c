import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { killHolders } from './heap.ts'
import { openStage, type Stage } from './stage.ts'
import type { TerminalPage } from './terminal-page.ts'

const login = { user: 'demo', password: 'swordfish' }
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)
const GATE = fileURLToPath(new URL('uploads/step-gate.mjs', import.meta.url))
const OLD = 'the old file\n', MODE = 0o640
const NEW = randomBytes(3_000_000)
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const RENAME = 'posix-rename@openssh.com'

/** UPLOADS=full stops at each request of an atomic upload, npm test at those where states differ. */
const FULL = process.env.UPLOADS === 'full'
/** In their order. */
const ALL = ['REMOVE 1', 'OPEN 1', 'WRITE 1', 'WRITE 3', 'FSETSTAT 1', 'fsync@openssh.com 1', 'CLOSE 1', `${RENAME} 1`]
const STEPS = FULL ? ALL.flatMap((step) => [`${step} before`, `${step} after`]) : ['WRITE 3 before', `${RENAME} 1 before`, `${RENAME} 1 after`]

describe.runIf(here)('an upload of <ssh-terminal> that is ended at each of its steps, in Chromium', { timeout: FULL ? 900_000 : 180_000 }, () => {
  let server: SshServer, stage: Stage, control: TemporaryDirectory, files: TemporaryDirectory
  let terminal: TerminalPage | undefined
  const target = () => files.file('target.bin')
  beforeAll(async () => {
    control = temporaryDirectory('upload-control')
    files = temporaryDirectory('upload-files')
    server = await startSshd({ login, hostKeyTypes: ['ed25519'], sftp: 'none', config: [`Subsystem sftp ${process.execPath} ${GATE} ${control.path}`] })
    stage = await openStage([server.port])
  }, 180_000)
  afterEach(async () => {
    await terminal?.page.context().close()
    terminal = undefined
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await server?.stop()
    control?.remove()
    files?.remove()
  })

  /** A shell of a new profile; its key needs no questions. */
  const fresh = async (on = stage): Promise<TerminalPage> => {
    await terminal?.page.context().close()
    const opened = terminal = await on.open({ port: server.port, user: login.user })
    await opened.form.locator('input[type=file]').setInputFiles(server.keys.ed25519.path)
    await opened.form.getByText('no script can read').waitFor().catch(async (error: unknown) => { throw new Error(`${await opened.form.textContent()} ${opened.complaints.join()}`, { cause: error }) })
    await opened.connect()
    await opened.acceptHostKey()
    await opened.shows(/[#$] *$/)
    await opened.element.evaluate((element, bytes) => {
      const data = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))
      Reflect.set(globalThis, 'toUpload', new File([data], 'target.bin'))
      ;(element as SshTerminal).toggleFiles(true)
    }, NEW.toString('base64'))
    return opened
  }
  /** Uploads until the server has stopped at `step`. */
  const uploadUntil = async (opened: TerminalPage, step: string) => {
    for (const name of ['go', 'reached']) rmSync(control.file(name), { force: true })
    for (const name of readdirSync(files.path)) rmSync(files.file(name))
    writeFileSync(target(), OLD, { mode: MODE })
    writeFileSync(control.file('step'), step)
    await opened.element.evaluate((element, path) => {
      void (element as SshTerminal).upload(Reflect.get(globalThis, 'toUpload') as File, path).catch(() => {})
    }, target())
    await expect.poll(() => existsSync(control.file('reached')), { timeout: 60_000, interval: 20 }).toBe(true)
  }
  const reconnects = async (opened: TerminalPage) => {
    await opened.banner.getByRole('button', { name: 'Reconnect' }).click()
    await expect.poll(() => opened.element.evaluate((element) => (element as SshTerminal).state), { timeout: 60_000 }).toBe('open')
    await opened.run('echo "again $((6 * 7))"')
    await opened.shows(/^again 42$/m)
  }
  const release = () => writeFileSync(control.file('go'), '')
  /** What is there, as one of two whole files. */
  const there = () => {
    const bytes = readFileSync(target())
    expect([sha256(OLD), sha256(NEW)]).toContain(sha256(bytes))
    expect(statSync(target()).mode & 0o777).toBe(MODE)
    return sha256(bytes) === sha256(NEW) ? 'new' : 'old'
  }
  const expected = (step: string) => step === `${RENAME} 1 after` ? 'new' : 'old'
  const line = (opened: TerminalPage, state: string) => opened.files.locator(`.transfers .${state}`).first()
  const EITHER = /either the old file, or all of the new one/

  test('the person cancels: the words say which file is there, and nothing is left beside it', async () => {
    const opened = await fresh()
    for (const step of STEPS) {
      await uploadUntil(opened, step)
      await opened.files.getByRole('button', { name: 'Cancel ↑ target.bin' }).click()
      release()
      const words = await line(opened, 'cancelled').locator('.state').textContent()
      const which = there()
      expect([step, words]).toEqual([step, which === 'new' ? 'Cancelled. It was too late: the new file is there, whole.' : 'Cancelled. On the server the old file is there unchanged.'])
      // A rename that was on its way cannot be called back.
      if (!step.startsWith(RENAME)) expect([step, which]).toEqual([step, 'old'])
      expect([step, readdirSync(files.path)]).toEqual([step, ['target.bin']])
      await opened.files.getByRole('button', { name: 'Remove ↑ target.bin from the list' }).click()
      await line(opened, 'cancelled').waitFor({ state: 'hidden' })
    }
  })

  test('the connection is cut for good', async () => {
    for (const step of STEPS) {
      const opened = await fresh()
      await uploadUntil(opened, step)
      await stage.stopGateway()
      await stage.startGateway()
      await line(opened, 'failed').getByText(EITHER).waitFor()
      expect([step, there()]).toEqual([step, expected(step)])
    }
  })

  test('the server’s process is killed', async () => {
    for (const step of STEPS) {
      const opened = await fresh()
      await uploadUntil(opened, step)
      process.kill(Number(readFileSync(control.file('reached'), 'utf8')), 'SIGKILL')
      await line(opened, 'failed').getByText(EITHER).waitFor()
      expect([step, there()]).toEqual([step, expected(step)])
    }
  })

  test('the worker that holds the session is killed: the page says so, and connects again', async () => {
    for (const step of STEPS) {
      // Chromium may not start the first SharedWorker of another profile once one was killed: each has its own browser.
      await using own = await openStage([server.port])
      const opened = await fresh(own)
      terminal = undefined
      await uploadUntil(opened, step)
      await killHolders(own.browser)
      await line(opened, 'failed').getByText(EITHER).waitFor()
      await opened.banner.getByText('The session’s worker has ended').waitFor()
      expect([step, there()]).toEqual([step, expected(step)])
      await reconnects(opened)
    }
  })

  test('the page is closed', async () => {
    for (const step of STEPS) {
      const opened = await fresh()
      await uploadUntil(opened, step)
      const session = Number(readFileSync(control.file('reached'), 'utf8'))
      await opened.page.context().close()
      there()
      // The gateway keeps the session of a page that has gone; this ends it.
      await stage.stopGateway()
      await stage.startGateway()
      await expect.poll(() => existsSync(`/proc/${session}`), { timeout: 60_000, interval: 20 }).toBe(false)
      expect([step, there()]).toEqual([step, expected(step)])
    }
  })
})
