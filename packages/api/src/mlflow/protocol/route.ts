import { isSlug } from "@trellis/core/kernel/slug.ts";

/** Where a request of a client leads. */
export type ProtocolRoute = {
  /** The project that its tracking URI names; null for the portal's own address. */
  slug: string | null;
  /** Path below the tracking URI, e.g. `/api/2.0/mlflow/runs/create`. */
  path: string;
  /** What stands behind the `?`. */
  query: string;
};

const PREFIXES = ["/api/2.0/", "/api/3.0/", "/ajax-api/"];
const PLAIN = new Set(["/version", "/health", "/get-artifact", "/model-versions/get-artifact"]);
const OF_PROJECT = /^\/projects\/([^/]+)\/mlflow(\/.+)$/;

/** Splits the address of a request; null when it is none of the MLflow protocol. */
export function protocolRoute(url: string): ProtocolRoute | null {
  const mark = url.indexOf("?");
  const query = mark < 0 ? "" : url.slice(mark + 1);
  // A tracking URI that ends in a slash gives addresses that begin with two.
  const path = (mark < 0 ? url : url.slice(0, mark)).replace(/^\/{2,}/, "/");
  if (PREFIXES.some((prefix) => path.startsWith(prefix)) || PLAIN.has(path)) return { slug: null, path, query };
  if (!path.startsWith("/projects/")) return null;
  const [, slug = "", below = ""] = OF_PROJECT.exec(path) ?? [];
  return isSlug(slug) ? { slug, path: below.replace(/^\/{2,}/, "/"), query } : null;
}
