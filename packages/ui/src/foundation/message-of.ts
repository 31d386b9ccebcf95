/** The sentence of an error for people; a plain one when it has none. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string") return error.message;
  if (typeof error === "string" && error) return error;
  return "It did not work, and the server gave no reason. Try again.";
}
