/** How a command ends when it could not do what was asked; scripts can tell these apart. */
export const EXIT = { failed: 1, usage: 2, refused: 3, unreachable: 4 } as const;

/** An end of a command that is not a fault of the program: what was wrong, in words, and the exit code. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
