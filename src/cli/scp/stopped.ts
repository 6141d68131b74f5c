/** Ends the whole command, after its reason was told: as in scp(1), whatever was not copied yet stays where it is. */
export class Stopped extends Error {}
