import type { Target } from '../messages.ts'
import { button, h, iconButton } from './dom.ts'
import { editSettings, followSettings } from './settings.ts'
import { keepStylesStrict } from './strict-styles.ts'
import { Tabs } from './tabs.ts'

keepStylesStrict()
followSettings(({ theme }) => { document.documentElement.dataset.theme = theme })

const start = fromFragment()
const files = button('Files', () => tabs.current?.toggleFiles(), { class: 'quiet', disabled: true })
const tabs: Tabs = new Tabs((tab) => { files.disabled = !tab.connected })
document.body.append(
  h('header', { class: 'top' }, h('span', { class: 'brand' }, '❯_'), tabs.strip, iconButton('plus', 'New tab', () => tabs.add(start)),
    h('span', { class: 'space' }), files, iconButton('settings', 'Settings', () => { void editSettings() })),
  tabs.panels)
tabs.add(start)

/** `#gateway=…&token=…&host=…&port=…&user=…` fills the form. It is taken out of the address bar at once: a token does not belong into the history. */
function fromFragment(): Partial<Target> {
  const given = new URLSearchParams(location.hash.slice(1))
  history.replaceState(null, '', location.pathname + location.search)
  const text = (name: string) => given.get(name) ?? ''
  return { gateway: text('gateway'), token: text('token'), host: text('host'), port: Number(text('port')) || 22, username: text('user') }
}
