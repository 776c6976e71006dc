// The loader of the checkout: the one file that a partner's page names.
//
//   <script type="module" src="https://pay.partner.example/offramp.js"></script>
//   <offramp-checkout session-url="/offramp/session" locale="es-MX"></offramp-checkout>
//
// It defines the element, draws a skeleton at once, fetches JavaScript glue, wasm, stylesheet, the
// words of one language and the session side by side, checks all but the session against the digests
// below, and calls `mount`.
// No dependency, no inline style or script: it runs under
//   script-src 'self' <proxy> 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' <proxy>;
//   require-trusted-types-for 'script'; trusted-types 'none'
//
// The build fills in names and digests, and drops indentation and comments that stand on lines of
// their own (xtask/src/bundle).

const GLUE = ["{{glue.path}}", "{{glue.integrity}}"];
const WASM = ["{{widget.path}}", "{{widget.integrity}}"];
const STYLE = ["{{style.path}}", "{{style.integrity}}"];

// Each attribute has a property of the same name, in camelCase, and the two mirror each other.
const ATTRIBUTES = [
  "session",
  "session-url",
  "proxy",
  "locale",
  "theme",
  "order",
  "resume",
  "country",
  "token",
  "network",
  "amount",
];
const property = (attribute) => attribute.replace("session-url", "sessionUrl");
const PROPERTIES = [...ATTRIBUTES.map(property), "appearance"];

// The words of each language: a file as those above, and what is said before it is there.
const WORDS = {
  en: [
    "{{words-en.path}}",
    "{{words-en.integrity}}",
    "Loading…",
    "The checkout could not be opened. Check your connection and try again.",
    "Try again",
  ],
  es: [
    "{{words-es.path}}",
    "{{words-es.integrity}}",
    "Cargando…",
    "No se pudo abrir el pago. Revisa tu conexión e inténtalo de nuevo.",
    "Reintentar",
  ],
};

// As large as the first step, so that the page around it does not jump. Colours and letters are the
// page's own, but for the button, which is the widget's.
const skeletonStyle = new CSSStyleSheet();
skeletonStyle.replaceSync(`
  :host { display: block }
  :host([hidden]) { display: none }
  .loader { max-width: 432px; min-height: 512px; margin: auto; padding: 24px }
  i, button { display: block; width: 100%; height: 56px; margin-bottom: 16px; border: 0; border-radius: 12px; background: #8883 }
  i:nth-child(2) { height: 220px }
  button {
    background: var(--offramp-color-primary, #1c4fc4);
    color: var(--offramp-color-on-primary, #fff);
    cursor: pointer;
    font: inherit;
    font-weight: 650;
  }
  @media (prefers-reduced-motion: no-preference) {
    i { animation: loader 1.6s infinite }
    @keyframes loader { 50% { opacity: .4 } }
  }
`);

// One program for every element of the page, and one text for each language. A module that failed
// to load stays failed under its address, so what is asked for after a failure has another one.
const loaded = {};
let query = "",
  wallet;

const once = (load, file) => (loaded[file] ??= load(file).catch((error) => failed(file, error)));

function failed(file, error) {
  delete loaded[file];
  query = `?${Date.now()}`;
  throw error;
}

const address = (path) => new URL(path + query, import.meta.url).href;

async function start() {
  const [text, wasm, glue] = await Promise.all([read(STYLE), fetched(WASM), imported(GLUE)]);
  await glue.default({ module_or_path: wasm });
  // Asks wallets of the browser: fetched when an order needs one. The build put its name there.
  wallet = () => once(imported, glue.wallet);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return { mount: glue.mount, sheet };
}

function fetched([path, integrity]) {
  return fetch(address(path), { integrity, credentials: "omit" });
}

const read = async (file) => (await fetched(file)).text();

// `import()` takes no digest. A preload does, and the import then uses what was preloaded; without
// waiting for it, a page that blocks preloads would get the script unchecked.
async function imported([path, integrity]) {
  const href = address(path);
  await new Promise((resolve, reject) => {
    // A page whose policy names a nonce gave it to this script.
    const self = [...document.scripts].find((script) => script.src === import.meta.url);
    const link = made("link", {
      rel: "modulepreload",
      crossOrigin: "anonymous",
      integrity,
      href,
      nonce: self?.nonce ?? "",
      onload: resolve,
      onerror: () => reject(new Error(`refused: ${href}`)),
    });
    if (!link.relList.supports("modulepreload")) throw new Error("no modulepreload");
    document.head.append(link);
  });
  return import(href);
}

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

class OfframpCheckout extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  #appearance;
  #shadow = this.attachShadow({ mode: "open" });
  // What `mount` returned, while the widget is there.
  #handle;
  // Set while connected; a new object for each try, so that an abandoned one notices.
  #attempt;
  #failed = false;
  #firstToken;
  #lastToken;

  get appearance() {
    return this.#appearance;
  }

  set appearance(value) {
    this.#appearance = value;
    this.#changed();
  }

  connectedCallback() {
    // Set on the element before this script defined it: hand it to the accessors.
    for (const name of PROPERTIES) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    // Still there after a move within one task.
    if (!this.#attempt) this.#open();
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (!this.isConnected) this.#close();
    });
  }

  attributeChangedCallback(name) {
    // The page may learn its session after the element has asked for it in vain.
    queueMicrotask(() => this.#failed && name.startsWith("session") && this.#open());
    this.#changed();
  }

  async #changed() {
    // Later, because the wasm may be the one who changes something, and is not re-entrant.
    await 0;
    if (!this.#handle) return;
    try {
      const options = await this.#options();
      // The page may have asked for another language since.
      if (options.locale === this.#locale) this.#handle?.update(options);
    } catch (error) {
      this.#report("load_failed", error);
    }
  }

  async #open() {
    const attempt = (this.#attempt = {});
    this.#failed = false;
    this.#show({ role: "status", ariaLabel: this.#words[2] }, made("i"), made("i"), made("i"));
    let code = "load_failed";
    try {
      const loading = Promise.all([once(start, GLUE), once(read, this.#words)]);
      // An order is opened read-only by its link, without a session.
      this.#firstToken = this.order && this.resume ? undefined : this.#token();
      this.#firstToken?.catch(() => {});
      const [{ mount, sheet }] = await loading;
      code = "session_failed";
      await this.#firstToken;
      code = "load_failed";
      const options = await this.#options();
      if (attempt !== this.#attempt) return;
      const root = made("div");
      this.#shadow.adoptedStyleSheets = [sheet];
      this.#shadow.replaceChildren(root);
      try {
        this.#handle = mount(this, root, options);
      } catch (error) {
        // A wasm that stopped in the middle is of no further use.
        failed(GLUE, error);
      }
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(code, error);
    }
  }

  #show(properties, ...children) {
    this.#shadow.adoptedStyleSheets = [skeletonStyle];
    this.#shadow.replaceChildren(made("div", { className: "loader", ...properties }, ...children));
  }

  #close() {
    const handle = this.#handle;
    this.#attempt = this.#handle = this.#firstToken = this.#lastToken = undefined;
    this.#failed = false;
    handle?.unmount();
    this.#shadow.replaceChildren();
  }

  #fail(code, error) {
    const [, , , failed, again] = this.#words;
    const retry = made("button", { type: "button", onclick: () => this.#open() }, again);
    this.#failed = true;
    // What the page wrote between the tags, a link to a hosted page for example, is the way out.
    this.#show({}, made("p", { role: "alert" }, failed), retry, made("slot"));
    this.#report(code, error);
  }

  #report(code, error) {
    console.error("offramp-checkout:", error);
    this.dispatchEvent(
      new CustomEvent("offramp:error", { bubbles: true, composed: true, detail: { v: 1, code } }),
    );
  }

  // The token of a session. The first call has its answer under way; a later one, after the
  // session has ended, takes what the page has set since, or asks again.
  #session = () => {
    const first = this.#firstToken;
    this.#firstToken = undefined;
    return first ?? this.#token();
  };

  async #token() {
    const { session, sessionUrl } = this;
    if (session && (session !== this.#lastToken || !sessionUrl)) return (this.#lastToken = session);
    if (!sessionUrl) throw new Error("neither session nor session-url is set");
    const headers = { "X-Offramp": "1" };
    const response = await fetch(sessionUrl, { method: "POST", headers, credentials: "same-origin" });
    if (!response.ok) throw new Error(`session-url answered ${response.status}`);
    const { client_token } = await response.json();
    if (!client_token) throw new Error("session-url answered no client_token");
    return client_token;
  }

  async #options() {
    const locale = this.#locale;
    const words = await once(read, this.#words);
    const options = { proxy: new URL(import.meta.url).origin };
    for (const name of PROPERTIES) options[name] = this[name] ?? options[name];
    return { ...options, locale, words, session: this.#session, wallet };
  }

  // The first language tag for which there are words, and Spanish after them.
  get #locale() {
    return [this.locale, ...navigator.languages, "es"].find((tag) => /^(en|es)([-_]|$)/i.test(tag));
  }

  get #words() {
    return WORDS[this.#locale.slice(0, 2).toLowerCase()];
  }
}

for (const name of ATTRIBUTES) {
  Object.defineProperty(OfframpCheckout.prototype, property(name), {
    get() {
      return this.getAttribute(name);
    },
    set(value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

// A page may name the script twice.
if (!customElements.get("offramp-checkout")) {
  customElements.define("offramp-checkout", OfframpCheckout);
}
