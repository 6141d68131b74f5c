import type { Link } from '../client/link.ts'

/** Opens the SFTP subsystem of a connection. @param env variables that are asked for before it starts */
export async function openSftp(_link: Link, _env: NodeJS.ProcessEnv | undefined): Promise<never> {
  throw new Error('SFTP is not supported')
}
