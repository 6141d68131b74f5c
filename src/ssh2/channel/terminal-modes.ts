import { WireWriter } from '../../wire-format/writer.ts'

/** RFC 4254 section 8, and IUTF8 of RFC 8160. */
const MODES: Readonly<Record<TerminalMode, number>> = {
  VINTR: 1, VQUIT: 2, VERASE: 3, VKILL: 4, VEOF: 5, VEOL: 6, VEOL2: 7, VSTART: 8, VSTOP: 9, VSUSP: 10, VDSUSP: 11, VREPRINT: 12, VWERASE: 13,
  VLNEXT: 14, VFLUSH: 15, VSWTCH: 16, VSTATUS: 17, VDISCARD: 18, IGNPAR: 30, PARMRK: 31, INPCK: 32, ISTRIP: 33, INLCR: 34, IGNCR: 35, ICRNL: 36,
  IUCLC: 37, IXON: 38, IXANY: 39, IXOFF: 40, IMAXBEL: 41, ISIG: 50, ICANON: 51, XCASE: 52, ECHO: 53, ECHOE: 54, ECHOK: 55, ECHONL: 56, NOFLSH: 57,
  TOSTOP: 58, IEXTEN: 59, ECHOCTL: 60, ECHOKE: 61, PENDIN: 62, OPOST: 70, OLCUC: 71, ONLCR: 72, OCRNL: 73, ONOCR: 74, ONLRET: 75, CS7: 90, CS8: 91,
  PARENB: 92, PARODD: 93, TTY_OP_ISPEED: 128, TTY_OP_OSPEED: 129, IUTF8: 42,
}

/** Name of a terminal mode. */
export type TerminalMode =
  | 'VINTR' | 'VQUIT' | 'VERASE' | 'VKILL' | 'VEOF' | 'VEOL' | 'VEOL2' | 'VSTART' | 'VSTOP' | 'VSUSP' | 'VDSUSP' | 'VREPRINT' | 'VWERASE' | 'VLNEXT'
  | 'VFLUSH' | 'VSWTCH' | 'VSTATUS' | 'VDISCARD' | 'IGNPAR' | 'PARMRK' | 'INPCK' | 'ISTRIP' | 'INLCR' | 'IGNCR' | 'ICRNL' | 'IUCLC' | 'IXON' | 'IXANY'
  | 'IXOFF' | 'IMAXBEL' | 'ISIG' | 'ICANON' | 'XCASE' | 'ECHO' | 'ECHOE' | 'ECHOK' | 'ECHONL' | 'NOFLSH' | 'TOSTOP' | 'IEXTEN' | 'ECHOCTL' | 'ECHOKE'
  | 'PENDIN' | 'OPOST' | 'OLCUC' | 'ONLCR' | 'OCRNL' | 'ONOCR' | 'ONLRET' | 'CS7' | 'CS8' | 'PARENB' | 'PARODD' | 'TTY_OP_ISPEED' | 'TTY_OP_OSPEED'
  | 'IUTF8'

/** Terminal modes by name, with their values. */
export type TerminalModes = { readonly [mode in TerminalMode]?: number | undefined }

const END = 0

/** The modes as a PTY request encodes them (RFC 4254 section 8). Unknown modes, and those without a number, are left out. */
export function encodeModes(modes: TerminalModes | Buffer | null | undefined): Uint8Array {
  if (modes instanceof Uint8Array && modes.length > 0) return modes
  const writer = new WireWriter()
  for (const [name, value] of Object.entries(modes ?? {})) {
    const number = Object.hasOwn(MODES, name) && MODES[name as TerminalMode]
    if (number && typeof value === 'number' && value >= 0) writer.byte(number).uint32(value >>> 0)
  }
  return writer.byte(END).finish()
}
