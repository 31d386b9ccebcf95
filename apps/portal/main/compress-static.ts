import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const STATIC = path.join(import.meta.dirname, "../.next/static");
/** Kinds of files that get smaller. */
const COMPRESSED = /\.(?:js|css|svg|json)$/;

/** The last step of the build: lays a Brotli form beside each static file, as small as it can be made, since it is made once. */
const files = (await readdir(STATIC, { recursive: true })).filter((file) => COMPRESSED.test(file));
const compress = promisify(brotliCompress);
await Promise.all(
  files.map(async (file) => {
    const plain = await readFile(path.join(STATIC, file));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    await writeFile(path.join(STATIC, `${file}.br`), await compress(plain, { params }));
  }),
);
