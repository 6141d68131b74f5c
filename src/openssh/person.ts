/** The importance of a message: LogLevel of ssh_config(5) sets which messages are shown. */
export type MessageLevel = 'FATAL' | 'ERROR' | 'INFO' | 'VERBOSE' | 'DEBUG' | 'DEBUG2' | 'DEBUG3'

/** How the connection talks to the user. */
export interface Person {
  /** Shows a question and returns the typed line; undefined if nobody can be asked, or at the end of the input. */
  ask(question: string): Promise<string | undefined>
  /** A question whose answer is not shown. */
  askSecret(question: string): Promise<string | undefined>
  /** `INFO` by default. */
  tell(text: string, level?: MessageLevel): void
  /** The server's text before the login, as it came. Without it `tell` gets the text, as important as an error. */
  banner?(text: string): void
}

/** Asks nobody, and tells nobody. */
export const nobody: Person = { ask: async () => undefined, askSecret: async () => undefined, tell: () => {} }
