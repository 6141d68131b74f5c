import type { Session, Sftp } from '../../src/bindings/index.ts'
import type { Client, SftpClient } from '../../src/index.ts'
import { SSH_FXP } from '../support/scripted-server/sftp.ts'

/** A way to use SFTP, from its beginning to its end, and the requests that a server gets to see. */
export interface Use {
  readonly name: string
  readonly run: (client: Client) => Promise<unknown>
  readonly requests: Readonly<Record<string, number>>
}

const { INIT, OPEN, CLOSE, READ, WRITE, FSTAT, OPENDIR, READDIR, STAT, READLINK, EXTENDED } = SSH_FXP
const REALPATH = 16
const MKDIR = 14

const withClient = (use: (sftp: SftpClient) => Promise<unknown>) => async (client: Client) => {
  await using sftp = await client.sftp()
  await use(sftp)
}

async function drain(entries: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of entries);
}

type Complete = Session['complete']
const withBindings = (use: (sftp: Sftp, complete: Complete) => Promise<unknown>) => async ({ session }: Client) => {
  const complete: Complete = (call, options) => session.complete(call, options)
  const sftp = await complete(() => session.sftpInit())
  try {
    await use(sftp, complete)
  } finally {
    await complete(() => sftp.shutdown()).catch(() => {})
  }
}

export const uses: readonly Use[] = [
  { name: 'SftpClient reads a file', run: withClient((sftp) => sftp.readFile('file')), requests: { INIT, OPEN, FSTAT, READ, CLOSE } },
  { name: 'SftpClient writes a file', run: withClient((sftp) => sftp.writeFile('file', 'some text')), requests: { OPEN, WRITE, CLOSE } },
  { name: 'SftpClient lists a directory', run: withClient((sftp) => drain(sftp.readdir('.'))), requests: { OPENDIR, READDIR } },
  { name: 'SftpClient asks about paths', run: withClient(async (sftp) => {
    await sftp.stat('file')
    await sftp.readlink('link')
    await sftp.realpath('.')
    await sftp.mkdir('directory')
  }), requests: { STAT, READLINK, REALPATH, MKDIR } },
  { name: 'SftpClient asks for names of owners', run: withClient((sftp) => sftp.ownerNames({ users: [0], groups: [0] })), requests: { EXTENDED } },
  { name: 'SftpClient asks for a hash', run: withClient((sftp) => sftp.checkFile('file')), requests: { EXTENDED } },
  { name: 'SftpClient asks for a home directory', run: withClient((sftp) => sftp.expandPath('~/file')), requests: { EXTENDED } },
  { name: 'libssh2 reads a file', run: withBindings(async (sftp, complete) => {
    const file = await complete(() => sftp.open('file', 1))
    await complete(() => file.fstat())
    for (;;) {
      const [length] = await complete(() => file.read(100))
      if (length === 0) break
    }
    await complete(() => file.close())
  }), requests: { INIT, OPEN, FSTAT, READ, CLOSE } },
  { name: 'libssh2 lists a directory', run: withBindings(async (sftp, complete) => {
    const directory = await complete(() => sftp.opendir('.'))
    while (await complete(() => directory.readdir()) !== null);
    await complete(() => directory.close())
  }), requests: { OPENDIR, READDIR } },
  { name: 'libssh2 asks about paths', run: withBindings(async (sftp, complete) => {
    await complete(() => sftp.stat('file'))
    await complete(() => sftp.readlink('link'))
    await complete(() => sftp.realpath('.'))
    await complete(() => sftp.mkdir('directory'))
  }), requests: { STAT, READLINK, REALPATH, MKDIR } },
]
