/** Message numbers of draft-ietf-sshm-ssh-agent section 6.1. */
export const FAILURE = 5, SUCCESS = 6, REQUEST_IDENTITIES = 11, IDENTITIES_ANSWER = 12, SIGN_REQUEST = 13, SIGN_RESPONSE = 14, ADD_IDENTITY = 17,
  REMOVE_IDENTITY = 18, REMOVE_ALL_IDENTITIES = 19, LOCK = 22, UNLOCK = 23, ADD_ID_CONSTRAINED = 25, EXTENSION = 27, EXTENSION_FAILURE = 28, EXTENSION_RESPONSE = 29

/** Flags of sign requests (section 6.2): without them, agents sign with SHA-1. */
export const SIGN_FLAGS = { 'rsa-sha2-256': 2, 'rsa-sha2-512': 4 } as const

/** Like OpenSSH's `AGENT_MAX_LEN`: an agent that announces more is broken. */
export const MAXIMUM_LENGTH = 256 * 1024
