/** Packages of a `uv.lock` by name. Only names and versions are read; a package that is locked in several versions has them all, comma separated. */
export function lockPackages(lock: string): Record<string, string> {
  const packages: Record<string, string> = {};
  for (const block of lock.split(/^\[\[package\]\]\s*$/m).slice(1)) {
    const name = /^name\s*=\s*"([^"]+)"/m.exec(block)?.[1];
    const version = /^version\s*=\s*"([^"]+)"/m.exec(block)?.[1] ?? "";
    if (name === undefined) continue;
    const known = packages[name];
    packages[name] = known === undefined ? version : `${known}, ${version}`;
  }
  return packages;
}

export type PackageChange = { name: string; before: string | null; after: string | null };

/** Packages that one lock has and the other has not, or has in another version, by name. */
export function changedPackages(before: string, after: string): PackageChange[] {
  const [old, current] = [lockPackages(before), lockPackages(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .toSorted()
    .map((name) => ({ name, before: old[name] ?? null, after: current[name] ?? null }))
    .filter((change) => change.before !== change.after);
}
