import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatPrivateKey, generateKeyPair } from '../../../src/index.ts'
import { AgentClient } from '../../../src/keys/agent/client.ts'
import { parseAllowedSigners, parseSignature, signMessage, verifyMessage } from '../../../src/sshsig/index.ts'
import { connectUnix } from '../../../src/node/index.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { startSshAgent } from '../../support/ssh-agent.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'
import { KEY_TYPES } from '../keys/key-files.ts'
import { securityKey } from '../keys/software-authenticators.ts'

const message = Buffer.from('a message\n')
let folder: TemporaryDirectory
beforeAll(() => { folder = temporaryDirectory('sshsig') })
afterAll(() => folder.remove())

/** @param input nothing for what reads none: its end could come before the input is written, which is an error. */
const keygen = (input: Uint8Array | undefined, ...words: string[]) => execFileSync('ssh-keygen', words, { input, encoding: 'utf8', stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] })
/** Whether OpenSSH takes a signature. */
function opensshTakes(signature: string, signers: string, principal: string, namespace = 'file', data: Uint8Array = message): boolean {
  writeFileSync(folder.file('sig'), signature)
  writeFileSync(folder.file('allowed'), signers)
  try {
    return /^Good/.test(keygen(data, '-Y', 'verify', '-f', folder.file('allowed'), '-I', principal, '-n', namespace, '-s', folder.file('sig')))
  } catch {
    return false
  }
}

describe.runIf(requirePeer('sshd'))('with ssh-keygen -Y', () => {
  test.each(KEY_TYPES)('%s, both ways', async (type) => {
    const key = await keyPair(type, 'user')
    const allowedSigners = `alice@example.org ${key.publicKey}\n`
    const ours = await signMessage(key.privateKey, message, { namespace: 'file' })
    expect(opensshTakes(ours, allowedSigners, 'alice@example.org')).toBe(true)
    const theirs = keygen(message, '-q', '-Y', 'sign', '-f', key.path, '-n', 'file')
    expect(await verifyMessage(theirs, message, { namespace: 'file', allowedSigners, principal: 'alice@example.org' })).toMatchObject({ principals: ['alice@example.org'], fingerprint: key.fingerprint })
    expect(parseSignature(theirs)).toMatchObject({ namespace: 'file', hash: 'sha512' })
  })

  test('sha256, an agent, a security key', async () => {
    const key = await keyPair('rsa', 'user')
    expect(opensshTakes(await signMessage(key.privateKey, message, { namespace: 'file', hash: 'sha256' }), `a ${key.publicKey}\n`, 'a')).toBe(true)
    await using agent = await startSshAgent()
    agent.add(key.path)
    const client = new AgentClient(await connectUnix(agent.socket))
    const [identity] = await client.identities()
    expect(opensshTakes(await signMessage(identity!, message, { namespace: 'file' }), `a ${key.publicKey}\n`, 'a')).toBe(true)
    await client.close()
    const touched = securityKey('ed25519')
    const { formatPublicKey } = await import('../../../src/index.ts')
    const line = formatPublicKey({ publicKey: touched.publicKey as Uint8Array })
    const signature = await signMessage(touched, message, { namespace: 'file' })
    expect(opensshTakes(signature, `a ${line}\n`, 'a')).toBe(true)
    expect((await verifyMessage(signature, message, { namespace: 'file', allowedSigners: `a ${line}\n` })).principals).toEqual(['a'])
  })

  /** Lines of allowed_signers, and who asks when: OpenSSH and we say the same. */
  describe('who may sign', () => {
    const cases: [string, (key: string) => string, string][] = [
      ['by name', (key) => `a@x,b@x ${key}`, 'b@x'],
      ['not by another name', (key) => `a@x ${key}`, 'c@x'],
      ['by pattern', (key) => `*@x ${key}`, 'c@x'],
      ['not where the pattern is negated', (key) => `*@x,!c@x ${key}`, 'c@x'],
      ['a quoted name', (key) => `"a@x,b@x" ${key}`, 'b@x'],
      ['for this namespace', (key) => `a namespaces="git,file" ${key}`, 'a'],
      ['for a pattern of namespaces', (key) => `a namespaces="f*" ${key}`, 'a'],
      ['not for another namespace', (key) => `a namespaces="git" ${key}`, 'a'],
      ['after a time', (key) => `a valid-after="20200101Z" ${key}`, 'a'],
      ['not yet', (key) => `a valid-after="29990101" ${key}`, 'a'],
      ['before a time', (key) => `a valid-before="29990101120000Z" ${key}`, 'a'],
      ['no longer', (key) => `a valid-before="202001010000" ${key}`, 'a'],
      ['several options', (key) => `a namespaces="file",valid-after="20200101Z",valid-before="29990101Z" ${key} comment`, 'a'],
      ['a line of an authority is not for the key itself', (key) => `a cert-authority ${key}`, 'a'],
      ['comments and blank lines', (key) => `# who\n\n  \na ${key}\n`, 'a'],
      ['the second line', (key) => `a namespaces="git" ${key}\na ${key}\n`, 'a'],
    ]
    test.each(cases)('%s', async (_name, lines, principal) => {
      const key = await keyPair('ed25519', 'user')
      const signature = await signMessage(key.privateKey, message, { namespace: 'file' })
      const allowedSigners = lines(key.publicKey)
      const ours = await verifyMessage(signature, message, { namespace: 'file', allowedSigners, principal }).then(() => true, (error: { code: string }) => {
        expect(error.code).toBe('ERR_SIGNER_UNKNOWN')
        return false
      })
      expect(ours).toBe(opensshTakes(signature, allowedSigners, principal))
    })

    test.each([['for its name', 'alice', true], ['not for another', 'bob', false]])('a certificate by an authority, %s', async (_name, principal, good) => {
      const key = await keyPair('ed25519', 'user'), ca = await keyPair('ecdsa', 'user')
      writeFileSync(folder.file('c.pub'), key.publicKey)
      keygen(undefined, '-q', '-s', ca.path, '-I', 'id', '-n', 'alice', folder.file('c.pub'))
      const certificate = readFileSync(folder.file('c-cert.pub'), 'utf8')
      const signature = await signMessage(key.privateKey, message, { namespace: 'file', certificate })
      const allowedSigners = `* cert-authority ${ca.publicKey}\n`
      expect(opensshTakes(signature, allowedSigners, principal)).toBe(good)
      const verified = verifyMessage(signature, message, { namespace: 'file', allowedSigners, principal })
      await (good ? expect(verified).resolves.toMatchObject({ principals: [principal] }) : expect(verified).rejects.toMatchObject({ code: 'ERR_SIGNER_UNKNOWN' }))
    })
  })
})

describe.runIf(requirePeer('sshd'))('git', () => {
  test('takes a commit that was signed here, and we take one of git', async () => {
    const key = await keyPair('ed25519', 'user')
    const repository = folder.file('repository')
    const git = (words: readonly string[], input?: string | Uint8Array) => execFileSync('git', ['-C', repository, '-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${folder.file('git-signers')}`, '-c', `user.signingkey=${key.path}`,
      '-c', 'user.name=Alice', '-c', 'user.email=alice@example.org', ...words], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    execFileSync('git', ['init', '-q', repository])
    const allowedSigners = `alice@example.org namespaces="git" ${key.publicKey}\n`
    writeFileSync(folder.file('git-signers'), allowedSigners)
    const tree = git(['write-tree']).trim()
    const commit = `tree ${tree}\nauthor Alice <alice@example.org> 1780000000 +0000\ncommitter Alice <alice@example.org> 1780000000 +0000\n\nsigned elsewhere\n`
    const signature = (await signMessage(key.privateKey, commit, { namespace: 'git' })).trimEnd()
    const signed = commit.replace('\n\n', `\ngpgsig ${signature.replaceAll('\n', '\n ')}\n\n`)
    const id = git(['hash-object', '-t', 'commit', '-w', '--stdin'], signed).trim()
    git(['verify-commit', id])
    const theirs = git(['commit-tree', '-S', '-m', 'by git', tree]).trim()
    const object = git(['cat-file', 'commit', theirs])
    const header = /\ngpgsig ((?:.*\n )*.*)\n/.exec(object)!
    const verified = await verifyMessage(header[1]!.replaceAll('\n ', '\n'), object.replace(header[0], '\n'), { namespace: 'git', allowedSigners })
    expect(verified).toMatchObject({ principals: ['alice@example.org'], fingerprint: key.fingerprint })
  })
})

describe('what proves nothing', () => {
  const make = async () => {
    const key = await generateKeyPair('ed25519')
    const { formatPublicKey } = await import('../../../src/index.ts')
    return { text: await formatPrivateKey(key), allowedSigners: `a ${formatPublicKey(key)}\n` }
  }
  test.each<[string, (signature: string) => string | Uint8Array, Record<string, unknown>, string]>([
    ['another message', (signature) => signature, { message: 'other' }, 'ERR_SIGNATURE_WRONG'],
    ['another namespace', (signature) => signature, { namespace: 'git' }, 'ERR_SIGNATURE_NAMESPACE'],
    ['a key that nobody knows', (signature) => signature, { allowedSigners: '' }, 'ERR_SIGNER_UNKNOWN'],
    ['no signature', () => 'nothing', {}, 'ERR_SIGNATURE_FORMAT'],
    ['a cut one', (signature) => signature.replace(/.{8}\n-----END/, '\n-----END'), {}, 'ERR_SIGNATURE_FORMAT'],
    ['version 2', (signature) => changed(signature, (bytes) => { bytes[9] = 2 }), {}, 'ERR_SIGNATURE_FORMAT'],
    ['a bit of the signature', (signature) => changed(signature, (bytes) => { bytes[bytes.length - 1]! ^= 1 }), {}, 'ERR_SIGNATURE_WRONG'],
    ['something behind', (signature) => Buffer.concat([changed(signature, () => {}), Buffer.of(0)]), {}, 'ERR_SIGNATURE_FORMAT'],
    ['a hash that is not allowed', (signature) => changed(signature, (bytes) => bytes.set(Buffer.from('sha999'), Buffer.from(bytes).indexOf('sha512'))), {}, 'ERR_SIGNATURE_FORMAT'],
  ])('%s', async (_name, change, { message: given = 'text', ...options }, code) => {
    const { text, allowedSigners } = await make()
    const signature = await signMessage(text, 'text', { namespace: 'file' })
    await expect(verifyMessage(change(signature), given as string, { namespace: 'file', allowedSigners, ...options })).rejects.toMatchObject({ name: 'SignatureError', code })
  })

  test('SHA-1 of RSA', async () => {
    const key = await generateKeyPair('rsa', { bits: 2048 })
    const { formatPublicKey } = await import('../../../src/index.ts')
    const sha1 = { publicKey: key.publicKey, sign: (data: Uint8Array) => key.sign(data, 'ssh-rsa') }
    await expect(signMessage({ ...sha1, algorithms: ['ssh-rsa'] }, 'x', { namespace: 'file' })).rejects.toThrow(TypeError)
    const { formatSignature, signedData } = await import('../../../src/sshsig/blob.ts')
    const forged = formatSignature({ publicKey: key.publicKey, namespace: 'file', hash: 'sha512', signature: new Uint8Array(await key.sign(await signedData('x', 'file', 'sha512'), 'ssh-rsa')) })
    await expect(verifyMessage(forged, 'x', { namespace: 'file', allowedSigners: `a ${formatPublicKey(key)}` })).rejects.toMatchObject({ code: 'ERR_SIGNATURE_WRONG' })
  })

  test.each(['a ssh-ed25519', 'a valid-after="soon" ssh-ed25519 AAAA', 'a valid-after="20260231" ssh-ed25519 AAAA', 'a valid-after="20200101Z",surprise KEY', 'a "b KEY', 'a namespaces="x",namespaces="y" KEY'])('a list that is not understood is an error: %s', async (line) => {
    const { publicKey } = await keyPair('ed25519', 'user')
    expect(() => parseAllowedSigners(`# one\n${line.replace('KEY', publicKey)}\n`)).toThrow(/line 2/)
  })

  test('no namespace: a TypeError', async () => {
    await expect(signMessage((await make()).text, 'x', { namespace: '' })).rejects.toThrow(TypeError)
    await expect(verifyMessage('', 'x', { namespace: '', allowedSigners: '' })).rejects.toThrow(TypeError)
  })
})

function changed(signature: string, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(signature.replace(/-----.*-----\n?/g, ''), 'base64'))
  change(bytes)
  return bytes
}
