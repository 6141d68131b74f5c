import type { Stage } from '../../browser-terminal/stage.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { DONE, hashIn, READY, RECEIVER } from './pasted.ts'

/** Pastes into the browser terminal's page, whose gateway allows the server's port. Resolves to what the terminal shows of the hash. */
export async function pasteByPage(stage: Stage, server: SshServer, text: string): Promise<string> {
  const terminal = await stage.open({ port: server.port, user: server.user })
  const { page } = terminal
  try {
    await terminal.form.locator('input[type=file]').setInputFiles(server.keys.ed25519.path)
    await terminal.form.getByText('no script can read').waitFor()
    await terminal.connect()
    await terminal.acceptHostKey()
    await terminal.shows(/[#$] *$/)
    await terminal.run(RECEIVER)
    await terminal.shows(READY)
    await terminal.panel.locator('textarea.xterm-helper-textarea').evaluate((area, pasted) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
    // The program does not know that it is pasted: the person is asked.
    await terminal.dialog.getByRole('button', { name: 'Paste' }).click()
    await terminal.panel.locator('textarea.xterm-helper-textarea').focus()
    await page.keyboard.press('Control+D')
    page.setDefaultTimeout(400_000)
    await terminal.shows(DONE)
    // A terminal breaks the line of a hash where its window ends.
    const screen = await terminal.screen()
    const complaints = terminal.complaints.join('\n')
    if (complaints !== '') throw new Error(complaints)
    return hashIn(screen) ? screen : screen.replaceAll('\n', '')
  } finally {
    await page.context().close()
  }
}
