export { FileBrowser } from "./file-browser";
export type { FileSource } from "./file-source";
