import fs from "node:fs";
import net from "node:net";
import path from "node:path";

/** The longest path that a Unix socket may have on every system. */
const LONGEST_PATH = 103;

/** A socket in the folder that is open exactly as long as its process lives, also when seen from another container. */
export type OwnerBeacon = {
  /** File name in the folder; `undefined` if the system or the length of the path allows no socket. */
  name: string | undefined;
  close(): void;
};

/** Opens a beacon of a name that nobody used before. */
export async function lightBeacon(folder: string, token: string): Promise<OwnerBeacon> {
  const name = `owner-${token}.sock`;
  const file = path.join(folder, name);
  const unlit = { name: undefined, close() {} };
  if (process.platform === "win32" || file.length > LONGEST_PATH) return unlit;
  const server = net.createServer((socket) => socket.destroy()).unref();
  return new Promise((resolve) => {
    // Not every file system knows sockets.
    server.once("error", () => resolve(unlit));
    server.listen(file, () => resolve({ name, close: () => void server.close() }));
  });
}

/** Asks another's beacon: `true` lit, `false` its process is gone, `undefined` there is none to ask. */
export async function askBeacon(folder: string, name: string | undefined): Promise<boolean | undefined> {
  if (name === undefined) return undefined;
  return new Promise((resolve) => {
    const socket = net.connect(path.join(folder, name), () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED" ? false : undefined));
  });
}

/** Removes what the beacon of a dead process left. */
export function clearBeacon(folder: string, name: string | undefined): void {
  if (name !== undefined) fs.rmSync(path.join(folder, path.basename(name)), { force: true });
}
