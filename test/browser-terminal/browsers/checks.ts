import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { duplicate, HERE, logIn, logInFirst, shows, state, type } from './actions.ts'
import { type Driven, until, type Window } from './driven.ts'
import { inServiceWorker } from './in-service-worker.ts'

/** What the checks need of the world around the browser. */
export interface World {
  readonly url: string
  /** The same page with `persist="tmux"`. */
  readonly tmuxUrl: string
  /** The same page with `service-worker`. */
  readonly serviceUrl: string
  readonly password: string
  /** Cuts every connection between pages and gateway. */
  cut(): void
}

export interface Check {
  readonly name: string
  /** Resolves with the words for the table. */
  run(browser: Driven, world: World): Promise<string>
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
async function violations(window: Window): Promise<string[]> {
  // The browser runs it as a script of the driver: the page's policy forbids eval.
  await window.run(`${axe}; globalThis.axe ??= axe`)
  return window.run('return (await globalThis.axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 120)))')
}

/** In this order, in one browser: each goes on where the last one stopped. */
export const CHECKS: readonly Check[] = [
  { name: 'connects, and types with real keys', async run({ first }, { url, password }) {
    await first.goto(url)
    await logInFirst(first, password)
    await type(first, 'kept=yes; echo "it is $((40 + 2))"\n')
    await shows(first, /^it is 42$/)
    return 'yes'
  } },
  { name: 'a cut: the same shell goes on', async run({ first }, { cut }) {
    await first.run(`${HERE} globalThis.seen = []; element.addEventListener("ssh-state", () => globalThis.seen.push(element.state))`)
    cut()
    await until(first, `${HERE} return globalThis.seen.includes("stalled") && element.state === "open"`)
    await type(first, 'echo "kept: $kept"\n')
    await shows(first, /^kept: yes$/)
    return 'yes'
  } },
  { name: 'a second tab shows the same session, and both may type', async run(browser, { url }) {
    const { first } = browser, second = await duplicate(browser, first, url)
    await shows(second, /^kept: yes$/)
    await type(second, 'echo "from $((1 + 1))"\n')
    await shows(second, /^from 2$/)
    await shows(first, /^from 2$/)
    await second.close()
    return 'yes'
  } },
  { name: 'files go up and come down unchanged', async run({ first, name }) {
    // All of them use the same home.
    const bytes = 300_000, file = `up-${name}.bin`
    await first.run(`${HERE} element.toggleFiles(true)`)
    await until(first, `${HERE} return root.querySelector(".files[aria-busy=false] ") && element.shadowRoot.querySelector(".path input").value.startsWith("/")`)
    await first.run(`${HERE} const content = Uint8Array.from({ length: args[0] }, (_, at) => (at * 7919) >> 5);
      const data = new DataTransfer(); data.items.add(new File([content], args[1]));
      const input = root.querySelector(".files-panel input[type=file]:not([webkitdirectory])"); input.files = data.files; input.dispatchEvent(new Event("change"))`, bytes, file)
    await until(first, `${HERE} return root.querySelector(".transfers .done") !== null`)
    const expected = createHash('sha256').update(Uint8Array.from({ length: bytes }, (_, at) => (at * 7919) >> 5)).digest('hex')
    const hash = await first.run<string>(`${HERE} const blob = await element.download(args[0]); const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")`, file)
    if (hash !== expected) throw new Error(`the file came back as ${hash}`)
    await type(first, `clear; sha256sum ${file}\n`)
    await shows(first, new RegExp(`^${expected.slice(0, 40)}`))
    return 'yes'
  } },
  { name: 'a key that is made here is kept, and no script can read it', async run({ first }) {
    const kept = await first.run<string>(`${HERE} return (await element.createKey("of a test")).kept`)
    if (kept === 'memory') return 'it cannot store one: the key is kept in memory, and the page says so'
    const kinds = await first.run<string[]>(`return await new Promise((resolve) => { const opening = indexedDB.open("libssh2-wasm-keys"); opening.onsuccess = () => {
      const all = opening.result.transaction("keys").objectStore("keys").getAll(); all.onsuccess = () => { resolve(all.result.map(({ privateKey }) => privateKey.type + " " + privateKey.extractable)); opening.result.close() } } })`)
    if (kinds.join() !== 'private false') throw new Error(`kept: ${kinds.join() || 'nothing'}`)
    return 'yes'
  } },
  { name: 'axe, in the terminal and in the form', async run({ first }) {
    const found = await violations(first)
    if (found.length > 0) throw new Error(found.join('\n'))
    return 'no violation'
  } },
  { name: 'a reload', async run({ first }) {
    await first.reload()
    const words = await until<string>(first, `${HERE} if (element?.state === "open" && /^kept: yes|\\.bin$/m.test(element.screenText())) return "finds the shell again";
      const alert = root?.querySelector(".connection .message")?.textContent ?? ""; return /ended with the page/.test(alert) && "ends the session, and the page says so"`)
    if (await state(first) === 'open') {
      await type(first, 'clear; echo "still $kept"\n')
      await shows(first, /^still yes$/)
    }
    return words
  } },
  { name: 'a reload, with `service-worker`', run: (browser, { serviceUrl, password }) => inServiceWorker(browser, serviceUrl, password) },
  { name: 'a reload, with `persist="tmux"` and a password', async run({ first }, { tmuxUrl, password }) {
    await first.goto(tmuxUrl)
    // A page whose own ticket the gateway takes: the form's token would have gone with the page.
    const token = new URLSearchParams(new URL(tmuxUrl).hash.slice(1)).get('token')
    await logInFirst(first, password)
    await type(first, 'clear; kept=tmux; echo "set $((6 * 7))"\n')
    await shows(first, /^set 42$/)
    await first.reload()
    const words = await until<string>(first, `${HERE} if (element?.state === "open") return "finds the shell again";
      const alert = root?.querySelector(".connection .message")?.textContent ?? ""; return /^Log in again to go on/.test(alert) && "asks for the password, and shows the same shell again"`)
    if (await state(first) !== 'open') {
      await first.run(`${HERE} element.ticket = args[0]`, token)
      await logIn(first, password)
    }
    await shows(first, /[#$] *$/)
    await type(first, 'echo "it is $kept"\n')
    await shows(first, /^it is tmux$/)
    await type(first, 'tmux kill-session\n')
    await until(first, `${HERE} return element.state === "ended"`)
    return words
  } },
]
