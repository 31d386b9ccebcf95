import { readdir, readFile } from "node:fs/promises";

export type TreeProcess = { pid: number; /** It serves a model: a process that would run on without the portal. */ isModel: boolean };

/** Clock ticks a second in `/proc/<pid>/stat`; 100 on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

/** The portal's process and all below it, and whatever else runs on its data folder (served models outlive the portal). Linux only. */
export async function processTree(root: number, dataFolder: string): Promise<TreeProcess[]> {
  const all = (await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map((name) => describe(Number(name))))).filter(
    (found) => found !== null,
  );
  const tree = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent, command } of all) {
      if (tree.has(pid) || (!tree.has(parent) && !command.includes(dataFolder))) continue;
      tree.add(pid);
      grew = true;
    }
  }
  return all
    .filter(({ pid }) => tree.has(pid))
    .map(({ pid, command }) => ({ pid, isModel: command.includes("trellis.serve") || command.includes(`${dataFolder}/serving`) }));
}

/** CPU time that these processes have used, in seconds; those that have ended meanwhile count for nothing. */
export async function cpuSeconds(processes: readonly TreeProcess[]): Promise<number> {
  const used = await Promise.all(processes.map(async ({ pid }) => (await describe(pid))?.ticks ?? 0));
  return used.reduce((total, ticks) => total + ticks, 0) / TICKS;
}

/** Memory of these processes, each shared page counted in parts (PSS of `smaps_rollup`), in bytes. */
export async function proportionalBytes(processes: readonly TreeProcess[]): Promise<number> {
  const sizes = await Promise.all(
    processes.map(async ({ pid }) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
      return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
    }),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

async function describe(pid: number): Promise<{ pid: number; parent: number; ticks: number; command: string } | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]), command };
  } catch {
    return null;
  }
}
