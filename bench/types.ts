/** The types that the parts of the benchmark exchange. */

/** The SSH server, as a client process sees it. */
export interface Target {
  readonly host: string
  readonly port: number
  /** The port of a TCP server that echoes everything. */
  readonly echoPort: number
  readonly user: string
  /** An Ed25519 key in OpenSSH format that the server accepts. */
  readonly keyFile: string
  /** An ECDSA key in PKCS#8, for clients that cannot read the other. */
  readonly pkcs8KeyFile: string
  /** The seed of the Ed25519 key, 32 bytes. */
  readonly seedFile: string
  readonly fingerprint: string
}

/** One run of one workload in one client process. */
export interface Job {
  readonly workload: string
  readonly target: Target
  /** `undefined`: the peer's own default. */
  readonly cipher: string | undefined
  /** Bytes to move, per file or in total. */
  readonly bytes: number
  /** Repetitions, files, sessions or channels. */
  readonly count: number
  /** A folder of the server's side and one of the client's; both are on this machine. */
  readonly remote: string
  readonly local: string
}

/** A client process's own measurements. */
export interface Timing {
  /** One value for a transfer, one per repetition for latencies. */
  readonly seconds: readonly number[]
  /** The agreed cipher, if the client knows it. */
  readonly cipher?: string | undefined
}

/** One run: its own timing, and the kernel's figures for the whole client process. */
export interface Sample extends Timing {
  /** User and system time in seconds, including the start of the process. */
  readonly cpu: number
  /** Largest resident size in bytes. */
  readonly memory: number
  /** CPU seconds of the SSH server meanwhile, with the processes it started, if the system reports them. */
  readonly server?: number | undefined
  /** Seconds from the start of the process to its end. */
  readonly elapsed?: number | undefined
}

/** A connection of a client library in JavaScript, as far as the workloads need it. */
export interface Connection {
  readonly cipher?: string | undefined
  /** Runs a command; `onData` gets its output. Resolves when the command has ended. */
  exec(command: string, onData: (chunk: Uint8Array) => void): Promise<void>
  /** Runs a command and writes `total` bytes into it, once it has printed something. */
  feed(command: string, total: number, onData: (chunk: Uint8Array) => void): Promise<void>
  /** A command on a terminal, until the connection is closed. */
  terminal(command: string, onData: (chunk: Uint8Array) => void): Promise<{ write(data: Uint8Array): void }>
  /** If it has SFTP. */
  sftp?(): Promise<Files>
  close(): Promise<void>
}

/** SFTP. */
export interface Files {
  get(remote: string, local: string): Promise<void>
  put(local: string, remote: string): Promise<void>
  getDirectory(remote: string, local: string): Promise<void>
  putDirectory(local: string, remote: string): Promise<void>
}

/** A client library in JavaScript. */
export interface Library {
  connect(target: Target, cipher: string | undefined): Promise<Connection>
}
