import { CoreError } from "../../../kernel/errors.ts";

/** INVALID for a filter or an `order_by` that cannot be understood: what is wrong, at which character (from 1), and in which text. */
export function searchSyntaxError(what: "filter" | "order_by", text: string, offset: number, message: string): CoreError {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return new CoreError("INVALID", `Invalid ${what} at character ${offset + 1}: ${message} It was: ${excerpt(text)}`, {
    issues: [{ path: what, line, column, message }],
  });
}

/** Most characters of the person's text that the message repeats. */
const MAX_EXCERPT = 300;

function excerpt(text: string): string {
  return text.length > MAX_EXCERPT ? `${text.slice(0, MAX_EXCERPT)}...` : text;
}
