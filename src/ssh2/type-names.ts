/** Names that `@types/ssh2` has besides, for programs that use them. */
import type { ClientError } from './client/errors.ts'
import type { VerifyCallback } from './host-keys/judge.ts'

/** Decides about the host key with `verify`. */
export type HostVerifier = (key: Buffer, verify: VerifyCallback) => void
/** Decides about the host key with what it returns. */
export type SyncHostVerifier = (key: Buffer) => boolean
/** Decides about the hash of the host key (`hostHash`) with `verify`. */
export type HostFingerprintVerifier = (fingerprint: string, verify: VerifyCallback) => boolean
/** Decides about the hash of the host key (`hostHash`) with what it returns. */
export type SyncHostFingerprintVerifier = (fingerprint: string) => boolean
/** Receives debug text. */
export type DebugFunction = (message: string) => void
/** What errors of a client have besides. */
export type ClientErrorExtensions = Pick<ClientError, 'level' | 'description'>
