// How somebody uses plotroom-vue in TypeScript; tests/test_clients_vue.py compiles it strictly.

import { plotroom, useCatalog, useMetric, usePresence, useRoom, useStatus } from "plotroom-vue";
import { createApp, defineComponent, ref } from "vue";

createApp({}).use(plotroom, { connection: "http://localhost:8420", token: "t" });
// @ts-expect-error a plugin without an address has nothing to connect to
createApp({}).use(plotroom, {});

const name = ref("system.cpu");
const slug = ref("overview");

export const one = defineComponent({
  setup() {
    const { values, last, error } = useMetric(name, { window: () => 60 });
    const { say, messages } = useRoom(slug, { name: "Ada" });
    const { people } = usePresence("overview");
    const first: number | undefined = values.value[0]?.[0];
    const text: string | undefined = messages.value[0]?.text;
    console.log(first, text, last.value?.time, error.value === "unknown_metric", people.value.length);
    console.log(useCatalog().value.metrics.length, useStatus().value.phase);
    return { say };
  },
  created() {
    const undo: () => void = this.$plotroom.on("message", ({ message }) => console.log(message.text));
    undo();
    void this.$plotroom.emit("me", { name: "Bob" }).then(({ you }) => console.log(you.colour));
    // @ts-expect-error there is no such event
    this.$plotroom.on("song", () => {});
  },
});
