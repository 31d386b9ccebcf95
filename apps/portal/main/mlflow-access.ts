import type { AuthenticateHeader } from "@trellis/api/mlflow/protocol/callers.ts";
import { type Auth, tokenOfHeader } from "@trellis/auth";
import type { Environment } from "@trellis/bootstrap";
import type { CoreContext } from "@trellis/core/kernel/context.ts";
import { CoreError } from "@trellis/core/kernel/errors.ts";
import { actorOfAttempt, type StepTracking } from "@trellis/core/pipelines/index.ts";

/** Who sends a request to the MLflow door: the owner of a personal token, or the step whose token it is, while that runs. */
export function mlflowCallers(context: CoreContext, auth: Auth): AuthenticateHeader {
  return async (authorization) => {
    const token = tokenOfHeader(authorization);
    if (token === null) return null;
    const attemptId = auth.attemptTokens.attemptOf(token);
    if (attemptId === null) return auth.authenticator.actorOfToken(token);
    const step = await actorOfAttempt(context, attemptId);
    if (!step) throw new CoreError("UNAUTHENTICATED", "This token was a pipeline step's, which has ended.");
    return step;
  };
}

/** How steps, which run on this machine, reach the MLflow door. Undefined with `PORT=0`: then the port is not known beforehand. */
export function stepTracking({ host, port }: Environment, auth: Auth): StepTracking | undefined {
  if (port === 0) return undefined;
  const reached = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return { url: `http://${reached}:${port}`, tokenOf: auth.attemptTokens.tokenOf };
}
