/** Signs a person in by password; throws with a sentence for them. */
export async function signIn(email: string, password: string): Promise<void> {
  const response = await fetch("/api/auth/sign-in/email", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  if (response.ok) return;
  if (response.status === 429) throw new Error("Too many tries. Wait a minute, then try again.");
  if (response.status === 403) throw new Error("This account is disabled. Ask an administrator to open it again.");
  if (response.status === 401 || response.status === 400) throw new Error("E-mail or password is wrong.");
  throw new Error("The portal could not sign you in. Try again; its log says why.");
}
