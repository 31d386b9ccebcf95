import path from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  transpilePackages: ["@trellis/ui"],
  // Types are checked by `npm run check` with the native compiler; the build would check them a second time, slowly.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  turbopack: { root: path.join(import.meta.dirname, "../..") },
  experimental: { optimizePackageImports: ["@trellis/ui", "lucide-react"] },
};

export default config;
