import { plotroom } from "plotroom-vue";
import { createApp } from "vue";
import App from "./App.vue";
import "./style.css";

// What stands behind the # of an address never leaves the browser: http://localhost:5173/#token=TOKEN
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
const connection = import.meta.env.VITE_PLOTROOM ?? "http://localhost:8420";

createApp(App).use(plotroom, { connection, token }).mount("#app");
