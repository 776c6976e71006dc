// What starts the program in a release, instead of what wasm-bindgen writes for every way to start one.
let wasm;

export default async function start({ module_or_path }) {
  const response = await module_or_path;
  const imports = __wbg_get_imports();
  // A browser compiles what is still arriving, unless a server calls it something else.
  const { instance } =
    response.headers.get("Content-Type") === "application/wasm"
      ? await WebAssembly.instantiateStreaming(response, imports)
      : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  wasm = instance.exports;
  wasm.__wbindgen_start();
}
