/// `libssh2-wasm/sshsig`: signatures of files, messages and git objects by SSH keys, as `ssh-keygen -Y` makes and checks them (PROTOCOL.sshsig of OpenSSH).
export { type SignMessageOptions, signMessage } from './sign.ts'
export { type VerifiedMessage, verifyMessage, type VerifyMessageOptions } from './verify.ts'
export { type MessageHash, type MessageSignature, parseSignature } from './blob.ts'
export { type AllowedSigner, parseAllowedSigners } from './allowed-signers.ts'
export { SignatureError } from './signature-error.ts'
export type { Bytes } from '../wire-format/bytes.ts'
