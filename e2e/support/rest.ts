/** Asks the portal's REST door with a token; throws with the portal's words when it refuses. */
export async function rest<Result>(url: string, token: string, method: "GET" | "POST", path: string, body?: object): Promise<Result> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const answer = (await response.json()) as Result & { error?: { message: string } };
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer.error?.message ?? ""}`);
  return answer;
}

/** Exchanges e-mail and password for a token. */
export async function login(url: string, email: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password, tokenName: "test" }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
