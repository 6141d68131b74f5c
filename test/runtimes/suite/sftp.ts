import { SftpError } from 'libssh2-wasm'
import { encode, randomBytes, sha256 } from './bytes.ts'
import { type Case, login } from './case.ts'
import { ensure, equal, rejection } from './check.ts'

export const sftp: readonly Case[] = [
  {
    feature: 'SFTP', name: 'writes, reads back, lists, tells, renames and removes',
    async run(target) {
      await using client = await login(target)
      await using files = await client.sftp()
      const folder = `${target.environment.directory}/files`
      await files.mkdir(folder)
      await files.writeFile(`${folder}/größe`, 'first line\n')
      await files.appendFile(`${folder}/größe`, encode('second line\n'))
      equal(await files.readFile(`${folder}/größe`, 'utf8'), 'first line\nsecond line\n', 'content')
      const { size } = await files.stat(`${folder}/größe`)
      equal(size, 23, 'size')
      await files.rename(`${folder}/größe`, `${folder}/renamed`)
      const names: string[] = []
      for await (const { filename } of files.readdir(folder)) names.push(filename)
      equal(names, ['renamed'], 'names')
      await files.rm(`${folder}/renamed`)
      const missing = await rejection(SftpError, files.stat(`${folder}/renamed`))
      equal([missing.code, missing.status], ['ERR_SFTP_NO_SUCH_FILE', 2], 'code and status')
      await files.rmdir(folder)
      equal(await files.exists(folder), false, 'exists')
    },
  },
  {
    feature: 'SFTP', name: '5 MB up and down with equal SHA-256, as bytes and as streams',
    async run(target) {
      await using client = await login(target)
      await using files = await client.sftp()
      const data = randomBytes(5_000_000)
      const expected = await sha256(data)
      const path = `${target.environment.directory}/5 MB`
      await files.writeFile(path, data)
      equal((await client.run(`sha256sum '${path}'`)).stdout.split(' ')[0], expected, 'SHA-256 of the server')
      equal(await sha256(await files.readFile(path)), expected, 'SHA-256 of what was read')
      const copy = `${path} copy`
      const source = await files.open(path)
      const progress: number[] = []
      await files.upload(source.readable(), copy, { onProgress: ({ transferred }) => progress.push(transferred) })
      await source.close()
      equal((await client.run(`sha256sum '${copy}'`)).stdout.split(' ')[0], expected, 'SHA-256 of the copy')
      ensure(progress.at(-1) === data.length, 'progress tells of everything')
      await files.rm(path)
      await files.rm(copy)
    },
  },
]
