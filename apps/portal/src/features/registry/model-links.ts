/** The page of a model, or of one of its versions. A client's name may hold what an address must not. */
export function modelHref(model: string, version?: number): string {
  const page = `/models/${encodeURIComponent(model)}`;
  return version === undefined ? page : `${page}/versions/${version}`;
}
