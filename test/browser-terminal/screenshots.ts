/// npm run terminal:screenshots : pictures of the browser terminal in both themes, on a phone, a tablet and a desktop, into build/screenshots/.
import { mkdirSync } from 'node:fs'
import { startSshd } from '../support/sshd.ts'
import { startProxy } from '../support/proxy.ts'
import { openStage } from './stage.ts'

const FOLDER = 'build/screenshots'
/** Allowed by the gateway, and nobody listens there. */
const UNUSED = 1
const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  tablet: { viewport: { width: 768, height: 1024 }, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
} as const
const DEVICES = Object.entries(SIZES).flatMap(([name, size]) => (['dark', 'light'] as const).map((colorScheme) => [`${name}-${colorScheme}`, { ...size, colorScheme }] as const))

mkdirSync(FOLDER, { recursive: true })
const login = { user: 'demo', password: 'swordfish' }
await using first = await startSshd({ login, hostKeyTypes: ['ed25519'] })
await using second = await startSshd({ login, hostKeyTypes: ['ecdsa'] })
/** The same address with another host key, when its port is changed. */
const behind = { host: '127.0.0.1', port: first.port }
await using way = await startProxy({ target: behind })
await using stage = await openStage([way.port, UNUSED])

for (const [device, options] of DEVICES) {
  behind.port = first.port
  const terminal = await stage.open({ port: way.port, user: login.user }, options)
  const { page } = terminal
  const picture = async (name: string) => {
    await page.screenshot({ path: `${FOLDER}/${device}-${name}.png`, animations: 'disabled' })
    console.log(`${FOLDER}/${device}-${name}.png`)
  }
  await picture('1-form')
  await terminal.connect('wrong')
  await terminal.titled('Is this the right server?').waitFor()
  await picture('2-host-key')
  await terminal.acceptHostKey()
  await terminal.titled('Password').waitFor()
  await picture('3-password')
  await terminal.dialog.getByRole('button', { name: 'Cancel' }).click()
  await terminal.form.getByRole('alert').getByText('No connection was made.').waitFor()
  await terminal.connect(login.password)
  await terminal.shows(/[#$]$/)
  await terminal.run('PS1="demo:~$ "; rm -rf ./*; clear; mkdir -p photos notes; head -c 3400000 /dev/urandom > holiday.jpg; ls -la --color; printf "\\033[1;32mgreen \\033[1;31mred \\033[38;2;255;150;40mtrue colour \\033[0m€ 🦀 ─┼─\\n"')
  await terminal.shows(/crab|🦀 ─┼─$/m)
  await picture('4-shell')
  await terminal.run('printf "# Notes\\n\\nvim runs in the browser.\\n" > notes/todo.md; vi notes/todo.md')
  await terminal.shows(/~\n~\n/)
  await terminal.type('Goover SSH, in WebAssembly')
  await page.keyboard.press('Escape')
  await terminal.shows(/WebAssembly\n(?:~\n)+ *[^-\n]*All$/)
  await picture('5-vim')
  await page.keyboard.press('Escape')
  await terminal.type(':q!\n')
  await terminal.shows(/\$$/)
  await terminal.openFiles()
  await terminal.files.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.alloc(200_000, 'x') })
  await terminal.files.locator('.transfers .done').waitFor()
  await picture('6-files')
  await terminal.files.getByRole('button', { name: 'Close the files panel' }).click()
  await stage.stopGateway()
  await terminal.panel.locator('.banner[role=status]').getByText('The network does not answer').waitFor()
  await picture('7-network-away')
  await stage.startGateway()
  await terminal.banner.getByText('The session is gone').waitFor()
  await picture('7-session-gone')
  behind.port = second.port
  await terminal.banner.getByRole('button', { name: 'Reconnect' }).click()
  await terminal.titled('The server’s key has changed').waitFor()
  await picture('8-changed-key')
  await terminal.dialog.getByRole('button', { name: 'Stay away' }).click()
  await page.getByRole('button', { name: 'New tab' }).click()
  await terminal.form.waitFor()
  await terminal.form.getByLabel('Port').fill('1')
  await terminal.connect('x')
  await terminal.form.getByRole('alert').getByText('cannot be reached').waitFor()
  await picture('9-error')
  await page.getByRole('button', { name: 'Settings' }).click()
  await terminal.titled('Settings').waitFor()
  await picture('10-settings')
  if (terminal.complaints.length > 0) console.log(terminal.complaints)
}
