/** What the parts of the benchmark say to each other. */

/** The SSH server, as a client process sees it. */
export interface Target {
  readonly host: string
  readonly port: number
  /** Where a TCP server sends everything back. */
  readonly echoPort: number
  readonly user: string
  /** An Ed25519 key in OpenSSH format that it lets in. */
  readonly keyFile: string
  /** An ECDSA key in PKCS#8, for who cannot read the other. */
  readonly pkcs8KeyFile: string
  /** The seed of the Ed25519 key, 32 bytes. */
  readonly seedFile: string
  readonly fingerprint: string
}

/** One run of one workload in one client process. */
export interface Job {
  readonly workload: string
  readonly target: Target
  /** `undefined`: whatever the peer prefers by itself. */
  readonly cipher: string | undefined
  /** Bytes to move, of each file or in all. */
  readonly bytes: number
  /** Repetitions, files, sessions or channels. */
  readonly count: number
  /** A folder of the server's side and one of the client's; both are on this machine. */
  readonly remote: string
  readonly local: string
}

/** What a client process measured by itself. */
export interface Timing {
  /** One value for a transfer, one per repetition for latencies. */
  readonly seconds: readonly number[]
  /** What was agreed upon, where the client knows. */
  readonly cipher?: string | undefined
}

/** One run: its own timing, and what the kernel says about the whole client process. */
export interface Sample extends Timing {
  /** User and system time in seconds, start of the process included. */
  readonly cpu: number
  /** Largest resident size in bytes. */
  readonly memory: number
  /** CPU seconds of the SSH server meanwhile, with what it started, where the system tells. */
  readonly server?: number | undefined
}

/** A connection of a client library in JavaScript, with what the workloads need of it. */
export interface Connection {
  readonly cipher?: string | undefined
  /** Runs a command; `onData` gets all that it prints. Resolves when the command has ended. */
  exec(command: string, onData: (chunk: Uint8Array) => void): Promise<void>
  /** Runs a command and writes `total` bytes into it, once it has printed something. */
  feed(command: string, total: number, onData: (chunk: Uint8Array) => void): Promise<void>
  /** A command on a terminal, until the connection is closed. */
  terminal(command: string, onData: (chunk: Uint8Array) => void): Promise<{ write(data: Uint8Array): void }>
  get?(remote: string, local: string): Promise<void>
  put?(local: string, remote: string): Promise<void>
  getDirectory?(remote: string, local: string): Promise<void>
  putDirectory?(local: string, remote: string): Promise<void>
  close(): Promise<void>
}

/** A client library in JavaScript. */
export interface Library {
  connect(target: Target, cipher: string | undefined): Promise<Connection>
}
