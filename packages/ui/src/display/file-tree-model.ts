export interface FileNode<File extends { path: string }> {
  /** Full path; unique. */
  path: string;
  /** What the row says; folders with one folder inside are joined ("src/flight_delays"). */
  name: string;
  file: File | null;
  children: FileNode<File>[];
}

function childFolder<File extends { path: string }>(parent: FileNode<File>, name: string): FileNode<File> {
  const path = parent.path === "" ? name : `${parent.path}/${name}`;
  const found = parent.children.find((child) => child.file === null && child.path === path);
  if (found) return found;
  const made: FileNode<File> = { path, name, file: null, children: [] };
  parent.children.push(made);
  return made;
}

function tidy<File extends { path: string }>(node: FileNode<File>): FileNode<File> {
  let current = node;
  // A chain of folders with nothing else inside is one row.
  for (let only = current.children[0]; current.path !== "" && current.children.length === 1 && only && only.file === null; only = current.children[0]) {
    current = { ...only, name: `${current.name}/${only.name}` };
  }
  const children = current.children.map(tidy);
  children.sort((left, right) => Number(left.file !== null) - Number(right.file !== null) || left.name.localeCompare(right.name, "en"));
  return { ...current, children };
}

/** Folders and files of a list of paths: folders first, then by name. */
export function buildFileTree<File extends { path: string }>(files: readonly File[]): FileNode<File>[] {
  const root: FileNode<File> = { path: "", name: "", file: null, children: [] };
  for (const file of files) {
    const parts = file.path.split("/").filter(Boolean);
    const name = parts.pop();
    if (name === undefined) continue;
    let folder = root;
    for (const part of parts) folder = childFolder(folder, part);
    folder.children.push({ path: file.path, name, file, children: [] });
  }
  return tidy(root).children;
}

/** Number of files below a folder. */
export function countFiles<File extends { path: string }>(node: FileNode<File>): number {
  return node.file !== null ? 1 : node.children.reduce((sum, child) => sum + countFiles(child), 0);
}

/** Rows in the order they are drawn, with folders in `open` unfolded. */
export function visibleRows<File extends { path: string }>(
  nodes: FileNode<File>[],
  open: ReadonlySet<string>,
  depth = 0,
): { node: FileNode<File>; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...(node.file === null && open.has(node.path) ? visibleRows(node.children, open, depth + 1) : [])]);
}
