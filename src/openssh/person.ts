/** How important a message is: LogLevel of ssh_config(5) says from where on messages are shown. */
export type MessageLevel = 'FATAL' | 'ERROR' | 'INFO' | 'VERBOSE' | 'DEBUG' | 'DEBUG2' | 'DEBUG3'

/** How the connection talks to the person before it. */
export interface Person {
  /** Shows a question and returns the line that was typed; undefined where nobody can be asked, or at the end of the input. */
  ask(question: string): Promise<string | undefined>
  /** A question whose answer is not shown. */
  askSecret(question: string): Promise<string | undefined>
  /** `INFO` if no level is given. */
  tell(text: string, level?: MessageLevel): void
}

/** Nobody can be asked, and nobody is told. */
export const nobody: Person = { ask: async () => undefined, askSecret: async () => undefined, tell: () => {} }
