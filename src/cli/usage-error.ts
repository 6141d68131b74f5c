/** A mistake on the command line: shown with the usage, exit code 255, as in ssh. */
export class UsageError extends Error {}
