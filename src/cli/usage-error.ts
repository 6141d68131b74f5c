/** A mistake on the command line: shown with the usage, exit code 255, as ssh has it. */
export class UsageError extends Error {}
