// In a terminal of tmux: the escapes, a session that is suspended and resumed, passwords, and the screen of an editor, as with OpenSSH's ssh.
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../support/port.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { sshPrograms } from './beside-ssh.ts'
import { configFor } from './program.ts'
import { requireTmux, Screen, waitFor } from './screen.ts'

const LOGIN = { user: 'typist', password: 'open-sesame-7' }

describe.runIf(requireTmux('escapes, passwords and an editor in a terminal') && requirePeer('sshd'))('in a terminal, as with ssh:', { timeout: 180_000 }, () => {
  let server: SshServer, files: TemporaryDirectory
  let programs: ReturnType<typeof sshPrograms>
  let config: string
  const screens: Screen[] = []
  const screen = (command: string, columns?: number, rows?: number) => {
    const made = new Screen(command, columns, rows)
    screens.push(made)
    return made
  }
  /** A local shell, in which `ssh demo` is the program and has begun a remote shell. */
  const session = async (program: string, ...options: string[]) => {
    const made = screen(`PS1='here> ' ENV= exec sh -i`)
    await made.shows(/^here>/m)
    made.enter(`'${program}' -F '${config}' ${options.join(' ')} demo`)
    await made.shows(/^[#$]$/m)
    // Written in two parts, so that the typed line does not look like what it prints.
    made.enter('PS1=the"re> "; clear')
    await made.shows(/^there>$/m)
    return made
  }

  beforeAll(async () => {
    server = await startSshd()
    files = temporaryDirectory('cli-escapes')
    programs = sshPrograms(files)
    config = configFor(server, files)
  })
  afterEach(() => { for (const each of screens.splice(0)) each.end() })
  afterAll(async () => {
    await server?.stop()
    files?.remove()
  })

  test('~? tells the same escapes, ~~ sends one, ~x both, and ~. ends with 255', async () => {
    const both = await Promise.all([programs.stock, programs.ours].map((program) => session(program)))
    const told = await Promise.all(both.map(async (each) => {
      each.type('~?')
      await each.shows('immediately after newline.)')
      const text = each.text()
      each.enter('')
      each.enter('clear')
      await each.shows(/^there>$/m)
      each.enter('echo "<')
      each.enter('~~')
      each.enter('~x')
      each.enter('>" | tr \'\\n\' ,')
      await each.shows('<,~,~x,>,')
      each.enter('')
      each.type('~.')
      await each.shows(/Connection to 127\.0\.0\.1 closed\./)
      each.enter('echo code=$?')
      await each.shows('code=255')
      return text.split('\n').filter((line) => /^ ~|^\(|^Supported/.test(line) && !/^ ~[&I] /.test(line))
    }))
    expect(told[1]).toEqual(told[0])
    expect(told[0]!.length).toBeGreaterThan(6)
  })

  test('~^Z suspends: the local terminal is as before; resumed, the session goes on in the new size', async () => {
    const here = await session(programs.ours)
    here.enter('kept=in-the-session')
    here.enter('')
    here.type('~')
    here.press('C-z')
    await here.shows('[suspend ssh]')
    here.enter('clear; stty -a | tr " " "\\n" | grep -xE -- "-?(echo|icanon|opost|isig);?" | tr "\\n" ,')
    await here.shows(/^(?=.*\bopost,)(?=.*\bisig,)(?=.*(?<!-)\bicanon,)(?=.*(?<!-)\becho,)[^-]*$/m)
    here.resize(71, 19)
    here.enter('fg')
    await here.shows(/here> fg$/m)
    here.enter('echo $kept')
    await here.shows(/^in-the-session$/m)
    here.enter('stty size')
    await here.shows(/^19 71$/m)
    here.resize(64, 18)
    await waitFor(() => {
      here.enter('clear; stty size')
      return here.text()
    }, (text) => /^18 64$/m.test(text))
    await here.shows(/^18 64$/m)
    here.type('~.')
    await here.shows(/^here>$/m)
  })

  test('~C adds a forwarding that works at once, and is off unless it is allowed', async () => {
    const target = createServer((socket) => socket.end('from the target')), port = await freePort()
    await new Promise<void>((resolve) => { target.listen(0, '127.0.0.1', resolve) })
    const to = `127.0.0.1:${(target.address() as { port: number }).port}`
    const ask = () => new Promise<string>((resolve, reject) => {
      let text = ''
      connect(port, '127.0.0.1').on('data', (data: Buffer) => { text += data.toString() }).on('close', () => resolve(text)).on('error', reject)
    })
    try {
      const here = await session(programs.ours, '-o', 'EnableEscapeCommandline=yes')
      here.type('~C')
      await here.shows(/^ssh>$/m)
      here.enter(`-L ${port}:${to}`)
      await here.shows('Forwarding port.')
      expect(await ask()).toBe('from the target')
      // The connection's end is seen here before the program has seen it.
      await waitFor(() => {
        here.type('~#')
        return here.text()
      }, (text) => text.includes(`-L ${port} [127.0.0.1]:${to.split(':')[1]} (0 open)`))
      here.type('~C')
      await here.shows(/^ssh>$/m)
      here.enter(`-KL ${port}`)
      await here.shows('Canceled forwarding.')
      await expect(ask()).rejects.toThrow('ECONNREFUSED')
      here.enter('echo still"-"here')
      await here.shows(/^still-here$/m)
      // Ctrl-C ends the question, and not the program.
      here.type('~C')
      await here.shows(/still-here[^]*^ssh>$/m)
      here.type('-KL 1')
      here.press('C-c')
      here.enter('echo goes"-"on')
      await here.shows(/^goes-on$/m)
      const without = await session(programs.ours)
      without.type('~C')
      await without.shows('commandline disabled')
    } finally {
      target.close()
    }
  })

  test.runIf(requirePeer('sshd-login'))('a password that is typed twice at once, and wrong before, is never shown and never reaches the remote shell', async () => {
    await using other = await startSshd({ login: LOGIN })
    const own = temporaryDirectory('cli-password')
    try {
      const path = configFor(other, own, ['PubkeyAuthentication no', 'NumberOfPasswordPrompts 3'])
      const screensThen = await Promise.all((['stock', 'ours'] as const).map(async (which) => {
        const here = screen(`'${programs[which]}' -F '${path}' demo; echo ended; exec sleep 600`)
        await here.shows(/password:$/m)
        // In one go: what comes after the first line is typed ahead.
        here.type('wrong-but-secret\rwrong-but-secret\rwrong-but')
        await here.shows(/please try again\.[^]*password:$/m)
        here.type(`${LOGIN.password}\r${LOGIN.password}\r`)
        await here.shows(/^[#$]$/m)
        here.enter('PS1=the"re> "; echo sec"ond" command')
        await here.shows(/^second command$/m)
        return here.text().replace(/^[#$] .*\n/m, '')
      }))
      for (const text of screensThen) expect(text).not.toMatch(/sesame|secret/)
      expect(screensThen[1]).toBe(screensThen[0])
    } finally {
      own.remove()
    }
  })

  test('an editor\'s screen is the same byte by byte: opened, scrolled, typed into, resized, and after it', async () => {
    const text = Array.from({ length: 120 }, (_, line) => `${line + 1}\t${'word '.repeat(line % 23)}${line % 7 === 0 ? 'größe 漢字 \x01 \x7f' : ''}`).join('\n')
    const both = (['stock', 'ours'] as const).map((which) => {
      writeFileSync(files.file(`${which}.txt`), `${text}\n`)
      // Each opens a file of the same name in a folder of its own.
      return screen(`'${programs[which]}' -F '${config}' -t demo "mkdir ${which}; cd ${which}; cp '${files.file(`${which}.txt`)}' text; TERM=screen-256color LC_ALL=C.UTF-8 vi -n -u NONE text"; echo code=$?; exec sleep 600`, 81, 24)
    }) as [Screen, Screen]
    const equal = async (shown: string | RegExp) => {
      for (const each of both) await each.shows(shown)
      const seen = await waitFor(() => both.map((each) => each.everything()), ([stock, ours]) => stock === ours)
      expect(seen[1]).toBe(seen[0])
    }
    const press = (...keys: string[]) => { for (const each of both) each.press(...keys) }
    const type = (keys: string) => { for (const each of both) each.type(keys) }
    await equal('word word')
    press('C-f')
    await equal(/^2[4-9]\s/m)
    type(':set number\r')
    await equal(/^ +2[4-9]\s/m)
    type('ggOtyped in vi, größer \u001b')
    await equal('typed in vi, größer')
    for (const each of both) each.resize(60, 17)
    // The new size goes to the server as a message of its own: what is typed may be there first.
    for (const each of both) {
      await waitFor(() => {
        each.type(':echo "size" &lines &columns\r')
        return each.text()
      }, (shown) => shown.includes('size 17 60'))
    }
    press('C-l')
    type(':set ruler list\r')
    await equal(/^ +1 typed in vi, größer/m)
    press('C-f', 'C-f')
    type('50%')
    await equal(/^ +61 /m)
    type(':w! here-it-is\r')
    await equal('here-it-is')
    type(':q!\r')
    await equal(/code=0/)
    expect(both[1].text()).toContain('Connection to 127.0.0.1 closed.')
  })
})
