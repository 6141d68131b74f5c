import { Part } from '../../steps.ts'

/** MD5, of old PEM files. */
export const LEGACY_HASHES = /* @__PURE__ */ new Part(() => import('@noble/hashes/legacy.js'))
/** Of PuTTY's version 3. */
export const ARGON2 = /* @__PURE__ */ new Part(() => import('@noble/hashes/argon2.js'))
