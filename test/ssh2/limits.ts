import { vi } from 'vitest'

// Attempts are processes of their own, keys of RSA are made and bcrypt is computed: on a machine that has much to do, each takes seconds.
// transcript.ts, attempts.ts and sftp/both.ts import this, so the limits hold in every file that talks to a server here; hooks take them when they are declared, after the imports.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
