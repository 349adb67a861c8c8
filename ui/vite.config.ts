import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { notices } from "./notices.ts";

const service = process.env["VEDETTE_SERVICE"] ?? "http://127.0.0.1:8731";

export default defineConfig({
  plugins: [svelte(), notices()],
  publicDir: "static",
  build: {
    outDir: process.env["VEDETTE_PAGE"] ?? "../src/vedette/web/static",
    emptyOutDir: true,
    target: "es2022",
    // The policy of the service allows no inline code and no data: addresses in styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npm run dev` shows the page as it is being written, before a running service, which must not
  // take this server for a foreign page.
  server: {
    proxy: {
      "/api": { target: service, ws: true, changeOrigin: true, headers: { Origin: service } },
    },
  },
});
