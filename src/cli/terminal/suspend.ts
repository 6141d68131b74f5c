/**
 * Stops this process as Ctrl-Z does with others. It returns when a shell has continued the process, and at once where no shell could continue it: the
 * system ignores the signal in an orphaned process group. Nothing in this process may listen for SIGTSTP meanwhile.
 */
export function suspendProcess(): void {
  process.kill(process.pid, 'SIGTSTP')
}
