import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { login, pagesOf, serverAndStage } from './hooks.ts'
import type { TerminalPage } from './terminal-page.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)
/** Bytes: long enough under way to be stopped in the middle. It is sparse here. */
const LARGE = 600 << 20

describe.runIf(here)('files of <ssh-terminal>, in Chromium', { timeout: 120_000 }, () => {
  const place = serverAndStage()
  const { loggedIn } = pagesOf(place)
  let files: TemporaryDirectory
  /** Logged in, in a new folder of the server, with the files panel open there. */
  const inFolder = async (name: string): Promise<TerminalPage> => {
    const terminal = await loggedIn()
    await terminal.run(`rm -rf ~/${name}; mkdir ~/${name}; cd ~/${name}; clear; pwd`)
    await terminal.shows(new RegExp(`^/.*/${name}$`, 'm'))
    await terminal.openFiles()
    await terminal.files.getByLabel('Folder on the server').fill(name)
    await terminal.page.keyboard.press('Enter')
    await terminal.files.getByText('This folder is empty.').waitFor()
    return terminal
  }
  const upload = (terminal: TerminalPage, ...paths: string[]) => terminal.files.locator('input[type=file]').setInputFiles(paths)
  const hashes = async (terminal: TerminalPage, name: string, hash: string) => {
    await terminal.run(`clear; sha256sum '${name}'`)
    await terminal.shows(new RegExp(`^${hash}`, 'm'))
  }
  beforeAll(async () => {
    files = temporaryDirectory('terminal-files')
    writeFileSync(files.file('large.bin'), 'x')
    truncateSync(files.file('large.bin'), LARGE)
  }, 180_000)
  afterAll(async () => {
    files?.remove()
  })

  test('a folder goes up as it is, and comes down as one ZIP', async () => {
    const terminal = await inFolder('folder-test')
    mkdirSync(`${files.path}/tree/deep/empty`, { recursive: true })
    const [first, second] = [randomBytes(70_000), randomBytes(10)]
    writeFileSync(`${files.path}/tree/a.bin`, first)
    writeFileSync(`${files.path}/tree/deep/ü b.txt`, second)
    const [chooser] = await Promise.all([terminal.page.waitForEvent('filechooser'), terminal.files.getByRole('button', { name: 'Upload a folder' }).click()])
    await chooser.setFiles(`${files.path}/tree`)
    await expect.poll(() => terminal.files.locator('.transfers .done').count()).toBe(2)
    await hashes(terminal, 'tree/a.bin', sha256(first))
    await hashes(terminal, 'tree/deep/ü b.txt', sha256(second))
    await terminal.page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const [download] = await Promise.all([terminal.page.waitForEvent('download'), terminal.files.getByRole('button', { name: 'Download tree' }).click()])
    expect(download.suggestedFilename()).toBe('tree.zip')
    const zip = readFileSync(await download.path())
    expect(zip.subarray(0, 2).toString()).toBe('PK')
    // Stored, not compressed: the content is in it as it is.
    expect(zip.includes(first) && zip.includes(second) && zip.includes('tree/deep/ü b.txt')).toBe(true)
  })

  test('files that are dropped on the terminal go up', async () => {
    const terminal = await inFolder('drop-test')
    await terminal.files.getByRole('button', { name: 'Close the files panel' }).click()
    await terminal.panel.locator('.terminal-place').evaluate((place) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt'))
      for (const type of ['dragover', 'drop']) place.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }))
    })
    await terminal.files.locator('.transfers .done').waitFor()
    await hashes(terminal, 'dropped.txt', sha256('dropped'))
  })

  test('a name that is taken is asked about: skip, keep both, replace; the old mode stays', async () => {
    const terminal = await inFolder('conflict-test')
    await terminal.run('echo old > note.txt; chmod 640 note.txt; echo "ready $((6 * 7))"')
    await terminal.shows(/^ready 42$/m)
    writeFileSync(files.file('note.txt'), 'new')
    for (const choice of ['Skip', 'Keep both', 'Replace']) {
      await upload(terminal, files.file('note.txt'))
      await terminal.titled('A file of this name is there').getByRole('button', { name: choice }).click()
    }
    await expect.poll(() => terminal.files.locator('.transfers .done').count()).toBe(2)
    await hashes(terminal, 'note (2).txt', sha256('new'))
    await hashes(terminal, 'note.txt', sha256('new'))
    await terminal.run('stat -c "mode %a" note.txt')
    await terminal.shows(/^mode 640$/m)
  })

  test('an upload that is cancelled leaves the old file, and says so', async () => {
    const terminal = await inFolder('cancel-test')
    await terminal.run('echo old > large.bin; echo "ready $((6 * 7))"')
    await terminal.shows(/^ready 42$/m)
    await upload(terminal, files.file('large.bin'))
    await terminal.titled('A file of this name is there').getByRole('button', { name: 'Replace' }).click()
    await terminal.files.locator('.transfers .running .state', { hasText: '%' }).waitFor()
    await terminal.files.getByRole('button', { name: 'Cancel ↑ large.bin' }).click()
    await terminal.files.locator('.transfers .cancelled').getByText('Cancelled. On the server the old file is there unchanged.').waitFor()
    await hashes(terminal, 'large.bin', sha256('old\n'))
    await terminal.run('ls -A | wc -l | sed "s/^/files: /"')
    await terminal.shows(/^files: +1$/m)
  })

  test('a connection that is lost in the middle leaves the old file; the upload goes on where it stopped', async () => {
    const terminal = await inFolder('cut-test')
    await terminal.run('echo old > large.bin; echo "ready $((6 * 7))"')
    await terminal.shows(/^ready 42$/m)
    await upload(terminal, files.file('large.bin'))
    await terminal.titled('A file of this name is there').getByRole('button', { name: 'Replace' }).click()
    await terminal.files.locator('.transfers .running .state', { hasText: /^[1-9]\d* %/ }).waitFor()
    // A gateway that has started anew has lost the session.
    await place.stage.stopGateway()
    await place.stage.startGateway()
    await terminal.files.locator('.transfers .failed').getByText('either the old file, or all of the new one').waitFor()
    await terminal.banner.getByRole('button', { name: 'Reconnect' }).click()
    await terminal.titled('Password').getByLabel('Password').fill(login.password)
    await terminal.page.keyboard.press('Enter')
    await terminal.shows(/connected again[^]*[#$] *$/)
    await terminal.run('cd cut-test')
    await hashes(terminal, 'large.bin', sha256('old\n'))
    await upload(terminal, files.file('large.bin'))
    await terminal.titled('A file of this name is there').getByRole('button', { name: 'Go on where it stopped' }).click()
    await terminal.files.locator('.transfers .done').waitFor()
    await terminal.run('clear; stat -c "size %s" large.bin; ls -A | wc -l | sed "s/^/files: /"')
    await terminal.shows(new RegExp(`^size ${LARGE}$\\n^files: +1$`, 'm'))
    await terminal.run('rm large.bin')
  })

  test('an upload that goes on replaces the file that a symbolic link names, and the link stays; a link in the place of the part is not written through', async () => {
    const terminal = await inFolder('link-test')
    const content = randomBytes(300_000)
    writeFileSync(files.file('note.bin'), content)
    const arrived = content.subarray(0, 100_000).toString('base64').replace(/.{76}/g, '$&\n')
    await terminal.run('mkdir there; echo old > there/real.bin; chmod 640 there/real.bin; ln -s there/real.bin note.bin; stty -echo; base64 -d > there/.real.bin.part')
    await terminal.element.evaluate((element, text) => (element as SshTerminal).send(text), `${arrived}\n\u0004`)
    await terminal.run('stty echo; clear; stat -c "%s arrived" there/.real.bin.part')
    await terminal.shows(/^100000 arrived$/m)
    await upload(terminal, files.file('note.bin'))
    await terminal.titled('A file of this name is there').getByRole('button', { name: 'Go on where it stopped' }).click()
    await terminal.files.locator('.transfers .done').waitFor()
    await hashes(terminal, 'note.bin', sha256(content))
    await terminal.run('clear; readlink note.bin; stat -c "mode %a" there/real.bin; ls -A there | wc -l | sed "s/^/files: /"')
    await terminal.shows(/^there\/real\.bin\nmode 640\nfiles: +1$/m)
    // Somebody else's link of that name: nothing to go on with.
    await terminal.run('clear; echo mine > other; ln -s ../other there/.real.bin.part; echo "linked $((6 * 7))"')
    await terminal.shows(/^linked 42$/m)
    await upload(terminal, files.file('note.bin'))
    const question = terminal.titled('A file of this name is there')
    await question.getByRole('button', { name: 'Replace' }).waitFor()
    expect(await question.getByRole('button', { name: 'Go on where it stopped' }).count()).toBe(0)
    await question.getByRole('button', { name: 'Replace' }).click()
    await expect.poll(() => terminal.files.locator('.transfers .done').count()).toBe(2)
    await hashes(terminal, 'other', sha256('mine\n'))
  })

  test('folders are made; files are renamed, their permissions set, and deleted after they were counted', async () => {
    const terminal = await inFolder('change-test')
    const { files: panel } = terminal
    await panel.getByRole('button', { name: 'New folder' }).click()
    await terminal.titled('New folder').getByLabel('Name').fill('made')
    await terminal.page.keyboard.press('Enter')
    await panel.getByRole('button', { name: 'More for made', exact: true }).waitFor()
    await terminal.run('clear; touch made/one made/two; echo "made $((1 + 1))"')
    await terminal.shows(/^made 2$/m)
    const more = async (name: string, action: string) => {
      await panel.getByRole('button', { name: `More for ${name}`, exact: true }).click()
      await terminal.dialog.getByRole('button', { name: action }).click()
    }
    await more('made', 'Rename…')
    await terminal.titled('Rename').getByLabel('New name').fill('renamed')
    await terminal.page.keyboard.press('Enter')
    await more('renamed', 'Permissions…')
    await terminal.titled('Permissions').getByRole('textbox').fill('750')
    await terminal.page.keyboard.press('Enter')
    await terminal.dialog.waitFor({ state: 'hidden' })
    await terminal.run('clear; stat -c "mode %a" renamed')
    await terminal.shows(/^mode 750$/m)
    await more('renamed', 'Delete…')
    await terminal.titled('Delete renamed?').getByText('1 folder with 2 files').waitFor()
    await terminal.dialog.getByRole('button', { name: 'Delete' }).click()
    await panel.getByText('This folder is empty.').waitFor()
    await terminal.run('clear; ls -A | wc -l | sed "s/^/files: /"')
    await terminal.shows(/^files: +0$/m)
  })
})
