/// npm run terminal: an SSH server, a gateway and the page, on free ports of 127.0.0.1, until Ctrl-C.
import { startGateway } from '../gateway/node.ts'
import { freePort } from '../node/embedded-server.ts'
import { buildPage, PAGE, PREVIEW } from './server/build.ts'
import { startDemoServer } from './server/demo-server.ts'
import { startStaticServer } from './server/static-server.ts'

const say = (text: string) => console.log(text)

async function main(): Promise<void> {
  await buildPage()
  await using server = await startDemoServer(say)
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64url')
  const port = await freePort()
  await using preview = await startStaticServer(PREVIEW, { policy: null })
  await using page = await startStaticServer(PAGE, { gateway: `ws://127.0.0.1:${port}`, preview: new URL(preview.url).origin })
  await using gateway = await startGateway({ token, port, allow: [`127.0.0.1:${server.port}`], origins: [new URL(page.url).origin] })
  const form = new URLSearchParams({ gateway: gateway.url, token, host: '127.0.0.1', port: String(server.port), user: server.username })

  say(`
  Open      ${page.url}#${form}
  User      ${server.username}
  Password  ${server.password ?? '(none here: use the key file)'}
  Key file  ${server.keyFile}
  Host key  ${server.fingerprint}

  Try: reload the page, open it in a second tab, drop a file on the terminal, Ctrl+Shift+F to find, close the tab while vi runs.

  ${server.name} listens on 127.0.0.1:${server.port} and runs commands as you. Ctrl-C ends it all.
`)
  await new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

await main()
// A browser that stays connected to the page does not keep the process running.
process.exit(0)
