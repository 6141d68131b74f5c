import { describe, expect, test } from 'vitest'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { login, pagesOf, serverAndStage } from './hooks.ts'
import type { TerminalPage } from './terminal-page.ts'

const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)

/** What a person does in one order has to arrive in it, whatever the browser tells late. */
describe.runIf(here)('the order of what a person does, in Chromium', { timeout: 120_000 }, () => {
  const place = serverAndStage()
  const { open, loggedIn } = pagesOf(place)
  /** A program that shows what it gets, and does not echo. */
  const cat = async (terminal: TerminalPage): Promise<void> => {
    await terminal.run('clear; stty -echo; echo "rea"dy; cat')
    await terminal.shows(/^ready$/m)
  }
  /** A person has pressed the paste key, and the clipboard is read when the test says so: `answer` gives its text, or `null` for a refusal. */
  const pasting = async () => {
    const terminal = await loggedIn()
    await cat(terminal)
    const { page } = terminal
    await page.evaluate(() => {
      const asked: { resolve(text: string): void, reject(error: Error): void }[] = []
      Reflect.set(globalThis, 'asked', asked)
      navigator.clipboard.readText = () => new Promise((resolve, reject) => { asked.push({ resolve, reject }) })
    })
    const answer = (text: string | null) => page.evaluate((value) => {
      const one = (globalThis as unknown as { asked: { resolve(text: string): void, reject(error: Error): void }[] }).asked.shift()
      if (value === null) one?.reject(new DOMException('refused', 'NotAllowedError'))
      else one?.resolve(value)
    }, text)
    await page.keyboard.press('Control+Shift+V')
    return { terminal, page, answer }
  }

  // Input has priority in a browser over the task that tells of a dialog's close: Ctrl-D once ended the program before the paste had come.
  test('keys that are pressed right after the answer to the question follow the paste', async () => {
    const terminal = await loggedIn()
    await cat(terminal)
    await terminal.element.evaluate(async (element) => {
      const shell = element as SshTerminal
      shell.paste('pasted one\npasted two\n')
      const button = [...shell.shadowRoot?.querySelectorAll('dialog[open] button') ?? []].find(({ textContent }) => textContent === 'Paste') as HTMLButtonElement
      button.click()
      // No task in between, as many turns of promises as one likes.
      for (let turn = 0; turn < 100; turn++) await null
      shell.send('typed\n')
    })
    await terminal.shows(/^ready\npasted one\npasted two\ntyped$/m)
  })

  test('what is typed right after a paste key follows the paste, several of them too', async () => {
    const { terminal, page, answer } = await pasting()
    await page.keyboard.type('-x-')
    await page.keyboard.press('Control+Shift+V')
    await page.keyboard.type('-y\n')
    await answer('one')
    await answer('two')
    await terminal.shows(/^ready\none-x-two-y$/m)
  })

  test('where the browser lets no page read the clipboard, what was typed meanwhile follows what is pasted into the field', async () => {
    const { terminal, page, answer } = await pasting()
    await page.keyboard.type(' typed\n')
    await answer(null)
    await terminal.titled('Paste').getByRole('textbox').fill('from the field')
    await terminal.dialog.getByRole('button', { name: 'Send to the terminal' }).click()
    await terminal.shows(/^ready\nfrom the field typed$/m)
  })

  test('a person who ignores the browser’s question about the clipboard types on; the paste comes when they allow it, and takes no focus', async () => {
    const { terminal, page, answer } = await pasting()
    await page.keyboard.type('typed on\n')
    await terminal.shows(/^ready\ntyped on$/m)
    await page.keyboard.press('Control+Shift+F')
    await answer('late')
    await page.keyboard.type('sought')
    expect(await terminal.panel.getByRole('search').getByRole('searchbox').inputValue()).toBe('sought')
    await terminal.type('\n')
    await terminal.shows(/^ready\ntyped on\nlate$/m)
  })

  test('two pastes that are asked about come in their order, whichever question is answered first', async () => {
    const terminal = await loggedIn()
    await cat(terminal)
    await terminal.element.evaluate((element) => {
      const shell = element as SshTerminal
      shell.paste('one\n1\n')
      shell.paste('two\n2\n')
    })
    // The second question lies above the first.
    await terminal.dialog.nth(1).getByRole('button', { name: 'Paste', exact: true }).click()
    await expect.poll(() => terminal.dialog.count()).toBe(1)
    await terminal.dialog.getByRole('button', { name: 'Paste', exact: true }).click()
    await terminal.shows(/^ready\none\n1\ntwo\n2$/m)
  })

  test('the key bar holds Ctrl for a key, not for what the terminal answers to a program', async () => {
    const terminal = await loggedIn({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    await terminal.run('clear; stty -echo; (sleep 3; printf "\\033[6n\\033[c"; sleep 1; echo "ask"ed) & cat; echo "<$((6 * 7))>"')
    await terminal.panel.getByRole('button', { name: 'Ctrl' }).tap()
    await terminal.shows(/^asked$/m)
    await terminal.type('d')
    await terminal.type('\u0004')
    await terminal.shows(/^<42>$/m)
  })

  test('a program that writes the clipboard twice asks one question, and the last text stays', async () => {
    const terminal = await loggedIn({ permissions: ['clipboard-read', 'clipboard-write'] })
    await terminal.run(`clear; printf "\\033]52;c;${btoa('first')}\\007\\033]52;c;${btoa('second')}\\007"; echo "writ"ten`)
    await terminal.shows(/^written$/m)
    expect(await terminal.dialog.count()).toBe(1)
    await terminal.titled(/^Let demo@.* write to the clipboard\?$/).getByRole('button', { name: 'Allow', exact: true }).click()
    await expect.poll(() => terminal.page.evaluate(() => navigator.clipboard.readText())).toBe('second')
  })

  // A modal dialog that nobody sees made the whole page dead.
  test('the question of a tab that is not shown is seen', async () => {
    const terminal = await loggedIn()
    await terminal.page.getByRole('button', { name: 'New tab' }).click()
    await terminal.page.getByRole('button', { name: 'Close this tab' }).first().click()
    await terminal.titled('End this session?').getByRole('button', { name: 'Keep it' }).click()
    await terminal.page.getByRole('tab', { name: 'New connection' }).click()
    await terminal.form.waitFor()
  })

  test('the question for a password goes with the connection that wanted it', async () => {
    const terminal = await open()
    await terminal.connect()
    await terminal.acceptHostKey()
    await terminal.titled('Password').waitFor()
    await place.stage.stopGateway()
    await place.stage.startGateway()
    await terminal.form.getByRole('alert').getByText('The session is gone').waitFor()
    await expect.poll(() => terminal.dialog.count()).toBe(0)
  })

  test('a terminal that is connected takes no focus from where the person types by then', async () => {
    const terminal = await open()
    await terminal.connect(login.password)
    await terminal.titled('Is this the right server?').waitFor()
    await terminal.page.evaluate(() => {
      const input = document.createElement('input')
      document.body.append(input)
      input.id = 'elsewhere'
    })
    await terminal.acceptHostKey()
    await terminal.page.evaluate(() => document.querySelector<HTMLInputElement>('#elsewhere')?.focus())
    await terminal.shows(/[#$] *$/)
    await terminal.page.keyboard.type('not for the server')
    expect(await terminal.page.evaluate(() => document.querySelector<HTMLInputElement>('#elsewhere')?.value)).toBe('not for the server')
  })

  test('files: the last folder that is opened is shown, what is dropped goes where it was dropped, an edited text outlives its connection', async () => {
    const terminal = await loggedIn()
    const { page, files } = terminal
    await terminal.run('cd; rm -rf order; mkdir -p order/large order/small; (cd order/large; seq 1 4000 | xargs touch); echo old > order/text; clear; echo "there $((6 * 7))"')
    await terminal.shows(/^there 42$/m)
    await terminal.openFiles()
    const path = files.getByLabel('Folder on the server')
    const go = async (folder: string) => {
      await path.fill(folder)
      await page.keyboard.press('Enter')
    }
    await go('order/large')
    await go('order/small')
    await files.getByText('This folder is empty.').waitFor()
    await page.waitForTimeout(3000)
    expect(await path.inputValue()).toMatch(/order\/small$/)

    await page.evaluate(() => {
      const file = new File(['dropped'], 'dropped.txt')
      const data = new DataTransfer()
      data.items.add(file)
      // A large folder takes as long to read.
      DataTransferItem.prototype.webkitGetAsEntry = () => ({ isFile: true, fullPath: '/dropped.txt', file: (done: (file: File) => void) => setTimeout(done, 3000, file) }) as unknown as FileSystemEntry
      document.querySelector('ssh-terminals')?.current?.shadowRoot?.querySelector('.pane')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    })
    await go(await path.inputValue().then((folder) => folder.replace(/small$/, '')))
    await files.getByRole('button', { name: 'More for text' }).waitFor()
    await files.locator('.transfers .done').waitFor()
    await terminal.run('clear; ls order/*/dropped.txt order/dropped.txt 2>/dev/null | sed "s/^/at /"')
    await terminal.shows(/^at order\/small\/dropped\.txt$/m)

    await files.getByRole('button', { name: 'More for text' }).click()
    await terminal.dialog.getByRole('button', { name: 'Edit…' }).click()
    const text = terminal.dialog.getByLabel('Text of text')
    await text.fill('an hour of work')
    await place.stage.stopGateway()
    await place.stage.startGateway()
    await expect.poll(() => terminal.element.evaluate((element) => (element as SshTerminal).state)).toBe('failed')
    await terminal.dialog.getByRole('button', { name: 'Save' }).click()
    await terminal.dialog.getByText('It is not saved.').waitFor()
    expect(await text.inputValue()).toBe('an hour of work')
  })
})
