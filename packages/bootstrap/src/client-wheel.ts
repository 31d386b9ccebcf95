import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { zipSync } from "fflate";
import { CLIENT_FOLDER } from "./package-folders.ts";

export type ClientWheel = { /** `trellis_client-<version>-py3-none-any.whl`; pip reads the name. */ fileName: string; content: Uint8Array };

const SUMMARY = "What a pipeline step, a notebook and a served model say to Trellis. Standard library only.";
/** Zip files carry a time; this one is always the same, so that equal sources make equal bytes. */
const MOMENT = new Date(1980, 0, 1, 12);

/** Packs the Python client as a wheel (binary distribution format of packaging.python.org), for pip to install from the portal. */
export async function buildClientWheel(): Promise<ClientWheel> {
  const folder = path.join(CLIENT_FOLDER, "trellis");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".py") || name === "py.typed").toSorted();
  const sources = await Promise.all(names.map(async (name) => [`trellis/${name}`, await readFile(path.join(folder, name))] as [string, Uint8Array]));
  const version = /^__version__ = "([^"]+)"/m.exec(sources.find(([name]) => name === "trellis/__init__.py")?.[1].toString() ?? "")?.[1];
  if (!version) throw new Error("The Python client does not say its version");
  const info = `trellis_client-${version}.dist-info`;
  const files: [string, Uint8Array][] = [
    ...sources,
    [
      `${info}/METADATA`,
      Buffer.from(`Metadata-Version: 2.1\nName: trellis-client\nVersion: ${version}\nSummary: ${SUMMARY}\nLicense: Apache-2.0\nRequires-Python: >=3.9\n`),
    ],
    [`${info}/WHEEL`, Buffer.from("Wheel-Version: 1.0\nGenerator: trellis\nRoot-Is-Purelib: true\nTag: py3-none-any\n")],
    [`${info}/entry_points.txt`, Buffer.from("[console_scripts]\ntrellis-serve = trellis.serve:main\ntrellis-replay = trellis.replay:main\n")],
  ];
  const record = files.map(([name, content]) => `${name},sha256=${createHash("sha256").update(content).digest("base64url")},${content.length}\n`).join("");
  files.push([`${info}/RECORD`, Buffer.from(`${record}${info}/RECORD,,\n`)]);
  return { fileName: `trellis_client-${version}-py3-none-any.whl`, content: zipSync(Object.fromEntries(files), { mtime: MOMENT }) };
}
