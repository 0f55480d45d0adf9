import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [vue()],
  base: "./",
  // The address that the server's allowed_origins has to name.
  server: { port: 5173, strictPort: true },
});
