import tailwind from "@tailwindcss/postcss";
import { defineConfig } from "vite";

/** The gallery is for looking at the kit while working on it; no product code loads it. */
export default defineConfig({
  root: import.meta.dirname,
  css: { postcss: { plugins: [tailwind()] } },
  build: { outDir: "dist", emptyOutDir: true, chunkSizeWarningLimit: 4000 },
});
