/**
 * The access token in an Authorization header, or null. Git clients send it by Basic (RFC 7617) as the password, with any
 * user name; where the password is empty the user name is taken for it. Bearer (RFC 6750) is read too.
 */
export function readAccessToken(authorization: string | undefined): string | null {
  const [, scheme = "", credentials = ""] = /^(Basic|Bearer) +([^ ]+) *$/i.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() === "bearer") return credentials;
  if (scheme.toLowerCase() !== "basic") return null;
  const text = Buffer.from(credentials, "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) return text || null;
  return text.slice(colon + 1) || text.slice(0, colon) || null;
}
