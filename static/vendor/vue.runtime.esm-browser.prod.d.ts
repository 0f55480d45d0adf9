// What static/js uses of Vue, for the type check; not served.
export interface Ref<T> { value: T }
export function h(type: any, props?: any, ...children: any[]): any;
export function createApp(root: any): { provide(key: string, value: unknown): { mount(selector: string): unknown }; mount(selector: string): unknown };
export function inject(key: string, otherwise?: unknown): any;
export function provide(key: string, value: unknown): void;
export function ref<T>(value: T): Ref<T>;
export function shallowRef<T>(value: T): Ref<T>;
export function reactive<T extends object>(value: T): T;
export function shallowReactive<T extends object>(value: T): T;
export function defineAsyncComponent(load: () => Promise<any>): any;
export function computed<T>(get: () => T): { readonly value: T };
export function watch<T>(source: (() => T) | { readonly value: T }, callback: (value: T, before: T) => unknown, options?: { immediate?: boolean, flush?: "pre" | "post" | "sync" }): () => void;
export function watchEffect(run: () => unknown): () => void;
export function nextTick(): Promise<void>;
export function onMounted(callback: () => unknown): void;
export function onBeforeUnmount(callback: () => unknown): void;
