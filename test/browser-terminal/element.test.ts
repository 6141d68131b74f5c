import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { login, pagesOf, serverAndStage } from './hooks.ts'
import type { TerminalPage } from './terminal-page.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)

/** Violations that axe finds, one a line. */
async function violations({ page }: TerminalPage): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string, nodes: { html: string, target: unknown }[] }[] }> } }
    return (await engine.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}

describe.runIf(here)('<ssh-terminal>, in Chromium', { timeout: 120_000 }, () => {
  const { open, loggedIn } = pagesOf(serverAndStage())

  test('a reload finds the shell again, with its screen, and a second page shows the same', async () => {
    const terminal = await loggedIn()
    await terminal.run('name=kept; echo "before $((6 * 7))"')
    await terminal.shows(/^before 42$/m)
    await terminal.page.reload()
    await terminal.shows(/^before 42$/m)
    await terminal.run('echo "<$name>"')
    await terminal.shows(/^<kept>$/m)
    // A page that is opened by this one has a copy of its session storage, as the duplicate of a tab has.
    const [second] = await Promise.all([terminal.page.waitForEvent('popup'), terminal.page.evaluate(() => { globalThis.open(location.href) })])
    const other = terminal.of(second)
    await other.shows(/^<kept>$/m)
    await other.run('echo "from $((1 + 1))"')
    await terminal.shows(/^from 2$/m)
    // The other one leads now; what is typed or sent here, without another change of focus, arrives too.
    await terminal.page.keyboard.type('echo "back $((2 + 2))"\n')
    await other.shows(/^back 4$/m)
    await other.element.evaluate((element) => (element as SshTerminal).send('echo "sent $((3 + 3))"\n'))
    await terminal.shows(/^sent 6$/m)
    await terminal.element.evaluate((element) => (element as SshTerminal).paste('echo "pasted $((4 + 4))"'))
    await terminal.page.keyboard.press('Enter')
    await other.shows(/^pasted 8$/m)
  })

  test('a login that the person cancels says that no connection was made', async () => {
    const terminal = await open()
    const said = async () => (await terminal.form.getByRole('alert').allInnerTexts()).join().replace(/\s+/g, ' ').trim()
    await terminal.connect()
    await terminal.acceptHostKey()
    await terminal.titled('Password').getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(said).toBe('Cancelled No connection was made.')
    await terminal.connect('wrong')
    await terminal.titled('Password').getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(said).toBe('Cancelled No connection was made.')
  })

  test('programs learn of UTF-8, language and colours; wide characters take the cells that tmux gives them', async () => {
    const terminal = await loggedIn({ locale: 'de-AT' })
    await terminal.run('echo "$LANG $COLORTERM $TERM"')
    await terminal.shows(/^(de_AT\.UTF-8 truecolor )?.*xterm-256color$/m)
    // What the server lets in is its own affair; what the terminal makes of widths is not. A cursor report says the column behind the text.
    await terminal.run('report() { stty -echo -icanon min 1 time 0; printf "\\r$1\\033[6n" > /dev/tty; at=; while [ "${at%R}" = "$at" ]; do at=$at$(dd bs=1 count=1 2>/dev/null < /dev/tty | tr -d "\\033"); done; stty sane; printf "\\n%s %s.\\n" "$2" "$at"; }; clear')
    // Each answer has its own name: an answer of the row before, still on the screen, would let the next command be typed into this question.
    for (const [row, [text, cells]] of ([['e\u0301', 1], ['漢字', 4], ['🦀', 2], ['👨‍👩‍👧', 2], ['🇦🇹', 2], ['❤️', 2], ['👍🏽', 2], ['한', 2], ['│', 1]] as const).entries()) {
      await terminal.run(`report '${text}' 'row ${row}'`)
      await terminal.shows(new RegExp(`^row ${row} \\[\\d+;${cells + 1}R\\.$`, 'm'))
      await terminal.run('clear')
    }
  })

  test('text is found, selected text is copied, and several lines are pasted after a question', async () => {
    const terminal = await loggedIn({ permissions: ['clipboard-read', 'clipboard-write'] })
    const { page } = terminal
    await terminal.run('clear; for n in 1 2 3; do echo "needle $n"; done')
    await terminal.shows(/^needle 3$/m)
    await page.keyboard.press('Control+Shift+F')
    const search = terminal.panel.getByRole('search')
    await search.getByLabel('Find in the terminal').fill('needle 2')
    await search.getByText('1 of 1').waitFor()
    await page.keyboard.press('Escape')
    await search.waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+Shift+C')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('needle 2')
    await page.evaluate(() => navigator.clipboard.writeText('echo one\necho two\n'))
    await terminal.run('stty -echo; cat')
    await page.keyboard.press('Control+Shift+V')
    const question = terminal.titled('Paste 2 lines?')
    await question.getByText('echo one').waitFor()
    await question.getByRole('button', { name: 'Paste' }).click()
    await terminal.shows(/^echo one\necho two$/m)
  })

  test('titles name the tab, a bell marks it, and links say where they lead before they are opened', async () => {
    const terminal = await loggedIn()
    await terminal.run('printf "\\033]2;a title\\007"')
    await terminal.page.getByRole('tab', { name: 'a title' }).waitFor()
    await expect.poll(() => terminal.page.title()).toBe('a title')
    await terminal.page.getByRole('button', { name: 'New tab' }).click()
    // In the tab that is not shown now.
    await terminal.page.locator('ssh-terminal').first().evaluate((element) => (element as SshTerminal).send('printf "\\a"\n'))
    await terminal.page.locator('[role=tab].bell').waitFor()
    await terminal.page.getByRole('tab').first().click()
    expect(await terminal.page.locator('[role=tab].bell').count()).toBe(0)
    await terminal.run('clear; printf "\\033]8;;https://evil.example/\\007https://good.example\\033]8;;\\007\\n"')
    await terminal.shows(/^https:\/\/good\.example$/m)
    const row = terminal.panel.locator('.xterm-rows > div', { hasText: 'good.example' }).last()
    // The screen above takes the pointer for its rows.
    await row.hover({ position: { x: 30, y: 6 }, force: true })
    await row.click({ position: { x: 30, y: 6 }, force: true })
    await terminal.titled('Open this address?').getByText('https://evil.example/').waitFor()
    await terminal.page.keyboard.press('Escape')
  })

  test('a program may write the clipboard when the person lets it, and never reads it', async () => {
    const terminal = await loggedIn({ permissions: ['clipboard-read', 'clipboard-write'] })
    await terminal.page.evaluate(() => navigator.clipboard.writeText('secret'))
    await terminal.run(`printf "\\033]52;c;?\\007\\033]52;c;${btoa('from the server')}\\007"`)
    await terminal.titled(/^Let demo@.* write to the clipboard\?$/).getByRole('button', { name: 'Allow', exact: true }).click()
    await expect.poll(() => terminal.page.evaluate(() => navigator.clipboard.readText())).toBe('from the server')
    expect(await terminal.screen()).not.toContain(btoa('secret'))
  })

  test('a page that is left while a shell runs asks first', async () => {
    const terminal = await loggedIn()
    const asked = terminal.page.waitForEvent('dialog')
    void terminal.page.close({ runBeforeUnload: true })
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.dismiss()
    await terminal.run('exit')
    await terminal.banner.getByText('The shell has ended').waitFor()
    const closed = terminal.page.waitForEvent('close')
    await terminal.page.close({ runBeforeUnload: true })
    await closed
  })

  test('colour 0 is black, in both themes', async () => {
    for (const colorScheme of ['dark', 'light'] as const) {
      const terminal = await loggedIn({ colorScheme })
      await terminal.run('clear; printf "\\033[40mink\\033[0m\\n"')
      await terminal.shows(/^ink$/m)
      // xterm.js makes a row's elements anew when it draws: one that is gone has no style.
      const ink = terminal.panel.locator('.xterm-rows span', { hasText: 'ink' }).last()
      await expect.poll(() => ink.evaluate((span) => getComputedStyle(span).backgroundColor)).toBe('rgb(0, 0, 0)')
    }
  })

  test.each(['dark', 'light'] as const)('axe finds nothing: form, question, terminal, files, settings, end (%s)', async (colorScheme) => {
    const terminal = await open({ colorScheme })
    expect(await violations(terminal)).toEqual([])
    await terminal.connect(login.password)
    await terminal.titled('Is this the right server?').waitFor()
    expect(await violations(terminal)).toEqual([])
    await terminal.acceptHostKey()
    await terminal.shows(/[#$] *$/)
    await terminal.openFiles()
    expect(await violations(terminal)).toEqual([])
    await terminal.page.getByRole('button', { name: 'Settings' }).click()
    await terminal.titled('Settings').waitFor()
    expect(await violations(terminal)).toEqual([])
    await terminal.page.keyboard.press('Escape')
    await terminal.run('exit 2')
    await terminal.banner.waitFor()
    expect(await violations(terminal)).toEqual([])
  })

  test('all of it by keyboard: connect, leave the terminal, files, back', async () => {
    const terminal = await open()
    const { page } = terminal
    await page.keyboard.type(login.password)
    await page.keyboard.press('Enter')
    await terminal.titled('Is this the right server?').waitFor()
    // Refusing has the focus: an Enter that came too early accepts nothing.
    await page.keyboard.press('Enter')
    await terminal.form.getByRole('alert').getByText('The key was not accepted').waitFor()
    await terminal.form.getByLabel('Password', { exact: true }).focus()
    await page.keyboard.type(login.password)
    await page.keyboard.press('Enter')
    await terminal.titled('Is this the right server?').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await terminal.shows(/[#$] *$/)
    await page.keyboard.type('echo "<$((6 * 7))>"\n')
    await terminal.shows(/^<42>$/m)
    await page.keyboard.press('Shift+Escape')
    await expect.poll(() => page.evaluate(() => document.querySelector('ssh-terminals')?.shadowRoot?.activeElement?.getAttribute('role'))).toBe('tab')
    await page.keyboard.press('Delete')
    await terminal.titled('End this session?').waitFor()
    await page.keyboard.press('Enter')
    expect(await terminal.element.evaluate((element) => (element as SshTerminal).state)).toBe('open')
  })
})
