import { WireWriter } from '../../src/wire-format/writer.ts'
import { SSH_FXP } from '../support/scripted-server/sftp.ts'
import { type Field, unknownVariants, type Variant, variants } from './fields.ts'

const string = (value: string | Uint8Array): Field => ['string', value]
const number = (value: number): Field => ['uint32', value]
/** Size, permissions; the flags say so. */
const attributes: readonly Field[] = [number(5), number(0), number(9_000), number(0o100644)]
const name = (text: string): readonly Field[] => [string(text), string(`-rw ${text}`), ...attributes]

const owner = (text: string) => new WireWriter().string(text).finish()

/** All answers of SFTP version 3 in their right form, whatever was asked (draft-ietf-secsh-filexfer-02 section 7). */
function answers(id: number): readonly (readonly [type: number, name: string, fields: readonly Field[]])[] {
  const own: Field = ['channel', id]
  return [
    [SSH_FXP.VERSION, 'VERSION', [number(3), string('limits@openssh.com'), string('1')]],
    [SSH_FXP.STATUS, 'STATUS ok', [own, number(0), string('fine'), string('en')]],
    [SSH_FXP.STATUS, 'STATUS end of file', [own, number(1), string(''), string('')]],
    [SSH_FXP.STATUS, 'STATUS failure', [own, number(4), string('no'), string('en')]],
    [SSH_FXP.HANDLE, 'HANDLE', [own, string('handle')]],
    [SSH_FXP.DATA, 'DATA', [own, string(new Uint8Array(500).fill(0x62))]],
    [SSH_FXP.NAME, 'NAME of one', [own, number(1), ...name('a')]],
    [SSH_FXP.NAME, 'NAME of two', [own, number(2), ...name('a'), ...name('../b')]],
    [SSH_FXP.NAME, 'NAME of none', [own, number(0)]],
    [SSH_FXP.ATTRS, 'ATTRS', [own, ...attributes]],
    [SSH_FXP.ATTRS, 'ATTRS with everything', [own, number(0x8000000f), number(0), number(9_000), number(0), number(0), number(0o100644), number(1), number(2), number(1), string('a'), string('b')]],
    [SSH_FXP.EXTENDED_REPLY, 'EXTENDED_REPLY names of owners', [own, string(owner('root')), string(owner(''))]],
    [SSH_FXP.EXTENDED_REPLY, 'EXTENDED_REPLY hash', [own, string('sha256'), ['bytes', new Uint8Array(32)]]],
    [SSH_FXP.EXTENDED_REPLY, 'EXTENDED_REPLY', [own, number(0), number(32768), number(0), number(32768), number(0), number(32768), number(0), number(10)]],
  ]
}

export interface HostileAnswer extends Variant {
  readonly name: string
}

/** Answers to the request `id`, each as bytes of the channel: the packet's length, the packet. The lengths themselves lie in some. */
export function hostileAnswers(id: number): readonly HostileAnswer[] {
  const made = madeFor.get(id) ?? makeAnswers(id)
  madeFor.set(id, made)
  return made
}

const madeFor = new Map<number, readonly HostileAnswer[]>()

function makeAnswers(id: number): HostileAnswer[] {
  const list: HostileAnswer[] = []
  for (const [type, name, fields] of answers(id)) {
    for (const { how, payload } of variants(type, fields)) list.push({ name, how, payload: framed(payload) })
  }
  for (const type of [0, 1, 3, 5, 99, 106, 200, 202, 255]) {
    for (const { how, payload } of unknownVariants(type)) list.push({ name: `packet ${type}`, how, payload: framed(payload) })
  }
  const status = variants(SSH_FXP.STATUS, answers(id)[1]![2])[0]!.payload
  for (const length of [0, 1, 4, status.length - 1, status.length + 1, 0xffff, 1 << 20, 0x7fffffff, 0x80000000, 0xffffffff]) {
    list.push({ name: 'STATUS ok', how: `in a packet of ${length} bytes`, payload: framed(status, length) })
  }
  list.push({ name: 'nothing', how: 'a length alone', payload: Uint8Array.of(0, 0, 0, 9) })
  list.push({ name: 'STATUS ok', how: '1000 times', payload: Uint8Array.from(Buffer.concat(Array.from({ length: 1000 }, () => framed(status)))) })
  return list
}

function framed(packet: Uint8Array, length = packet.length): Uint8Array {
  const bytes = new Uint8Array(4 + packet.length)
  new DataView(bytes.buffer).setUint32(0, length)
  bytes.set(packet, 4)
  return bytes
}
