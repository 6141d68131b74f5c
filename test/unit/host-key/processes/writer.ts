// A process of a test above: adds numbered lines to a file, by appending or by replacing the whole text.
import { fileHostKeyStore } from '../../../../src/transports/node/known-hosts-store.ts'

const [path = '', how, number, lines] = process.argv.slice(2)
const store = fileHostKeyStore(path)

/** One line. */
async function add(line: string): Promise<void> {
  if (how === 'append') return void await store.append(line)
  for (;;) {
    const text = await store.read()
    if (await store.replace?.(text, `${text}${line}\n`)) return
  }
}

process.once('message', () => {
  void (async () => {
    for (let i = 0; i < Number(lines); i++) await add(`${number} ${i}`)
    process.disconnect?.()
  })()
})
process.send?.('ready')
