import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { connect, pinned, publicKey, type Client } from 'libssh2-wasm'
import { resolveHost } from 'libssh2-wasm/node'

@Controller()
class Ssh {
  @Get('ssh')
  async ssh(): Promise<string> {
    const { host, port, username, fingerprint, key } = JSON.parse(process.env.SERVER as string)
    const client: Client = await connect({ host, port, username, hostKey: pinned(fingerprint), auth: [publicKey(key)] })
    try {
      return (await client.run('echo from NestJS', { check: true })).stdout.trim()
    } finally {
      await client.close()
    }
  }
}

@Module({ controllers: [Ssh] })
class App {}

async function main(): Promise<void> {
  if (typeof resolveHost !== 'function') throw new Error('libssh2-wasm/node is not what its types say')
  const app = await NestFactory.create(App, { logger: ['error', 'warn'] })
  await app.listen(Number(process.env.PORT), '127.0.0.1')
}
void main()
