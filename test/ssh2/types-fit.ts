/** What `@types/ssh2` says of a program's values fits the drop-in, and what the drop-in gives fits programs: that it compiles is the test. */
import type { Duplex } from 'node:stream'
import type * as theirs from 'ssh2'
import * as ours from '../../src/ssh2/index.ts'

/** Configurations and options that a program has typed with `@types/ssh2`. */
export const connectConfig = (value: theirs.ConnectConfig): ours.ConnectConfig => value
export const execOptions = (value: theirs.ExecOptions): ours.ExecOptions => value
export const shellOptions = (value: theirs.ShellOptions): ours.ShellOptions => value
export const terminal = (value: theirs.PseudoTtyOptions): ours.PseudoTtyOptions => value
export const x11Options = (value: theirs.X11Options): ours.X11Options => value
export const transferOptions = (value: theirs.TransferOptions): ours.TransferOptions => value
export const readFileOptions = (value: theirs.ReadFileOptions): ours.ReadFileOptions => value
export const writeFileOptions = (value: theirs.WriteFileOptions): ours.WriteFileOptions => value
export const inputAttributes = (value: theirs.InputAttributes): ours.InputAttributes => value
export const agentOfTheirs = (value: theirs.BaseAgent): ours.ConnectConfig['agent'] => value
export const method = (value: theirs.AnyAuthMethod): ours.AnyAuthMethod => value
export const parsedOfTheirs = (value: theirs.ParsedKey): ours.ParsedKey => value
export const verifiers: ours.ConnectConfig['hostVerifier'][] = [{} as theirs.HostVerifier, {} as theirs.SyncHostVerifier, {} as theirs.HostFingerprintVerifier, {} as theirs.SyncHostFingerprintVerifier]

/** What comes of the drop-in, where a program expects the types of `@types/ssh2`, which do not know all types of channels. */
export const channel = (value: ours.Channel): Pick<theirs.ClientChannel, 'stderr' | 'setWindow' | 'signal' | 'eof' | 'close' | 'allowHalfOpen' | 'readable' | 'writable'> => value
export const duplex = (value: ours.Channel): Duplex => value
export const parsed = (value: ours.ParsedKey): theirs.ParsedKey => value
export const agent = (value: ours.BaseAgent): theirs.BaseAgent => value
export const stats = (value: ours.Stats): theirs.Stats => value
export const entry = (value: ours.FileEntry): Omit<theirs.FileEntryWithStats, 'attrs'> => value
export const sftp = (value: ours.SFTPWrapper): Pick<theirs.SFTPWrapper,
  'readdir' | 'stat' | 'lstat' | 'fstat' | 'fastGet' | 'fastPut' | 'createReadStream' | 'createWriteStream' | 'open' | 'read' | 'write' | 'close' | 'readFile' | 'writeFile' | 'appendFile' | 'mkdir' |
  'rmdir' | 'unlink' | 'chmod' | 'chown' | 'utimes' | 'rename' | 'symlink' | 'readlink' | 'realpath' | 'exists' | 'opendir' | 'setstat' | 'fsetstat' | 'end'> => value
export const makeAgent: typeof theirs.createAgent = ours.createAgent
export const httpAgent: typeof theirs.HTTPAgent = ours.HTTPAgent
export const httpsAgent: typeof theirs.HTTPSAgent = ours.HTTPSAgent
export const keys: Pick<typeof theirs.utils, 'parseKey' | 'generateKeyPair' | 'generateKeyPairSync'> = ours.utils
export const numbers: Pick<typeof theirs.utils.sftp, 'OPEN_MODE' | 'STATUS_CODE' | 'stringToFlags'> = ours.utils.sftp

/** Agents of a program's own, as they are written: with one form of key. */
export class StringAgent extends ours.BaseAgent<string> {
  override getIdentities(callback: (error: Error | undefined, keys: string[]) => void): void {
    callback(undefined, ['some key'])
  }

  override sign(_publicKey: string, data: Buffer, _options: ours.SigningRequestOptions | ours.SignCallback, callback?: ours.SignCallback): void {
    callback?.(undefined, data)
  }
}

/** Names of types that programs import. */
export type Names = [
  ours.AcceptConnection, ours.AgentAuthMethod, ours.Algorithms, ours.Attributes, ours.AuthenticationType, ours.AuthHandlerMiddleware, ours.ChannelSubType, ours.ChannelType, ours.ClientCallback,
  ours.ClientChannel, ours.ClientErrorExtensions, ours.ClientForwardCallback, ours.ClientSFTPCallback, ours.DebugFunction, ours.HostBasedAuthMethod, ours.HostVerifier, ours.KeyboardInteractiveAuthMethod,
  ours.KeyboardInteractiveCallback, ours.KeyType, ours.NegotiatedAlgorithms, ours.NextAuthHandler, ours.NoAuthMethod, ours.OpenMode, ours.PasswordAuthMethod, ours.Prompt, ours.PublicKeyAuthMethod,
  ours.ReadStream, ours.RejectConnection, ours.SigningRequestOptions, ours.TcpConnectionDetails, ours.TerminalModes, ours.UNIXConnectionDetails, ours.VerifyCallback, ours.WriteStream, ours.X11Details,
]
