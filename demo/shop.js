// The demo partner's own script: what the address says about the page, and the demo panel.
//
//   ?locale=en   the language of the checkout
//   ?theme=dark  light, dark or auto
//   ?payer=cust-2  who is logged in
//   ?bare=1      the page without the panel
//
// It stands before offramp.js in the page, so all of this is settled before the element wakes up.

import "./wallet.js";

/** Who there is to pay, by name, as the simulator lists them. */
let providers = [];

/** Who pays the payer: what the panel does, it does to that simulated provider. */
let provider;

const query = new URLSearchParams(location.search);
const checkout = document.querySelector("offramp-checkout");
const panel = document.getElementById("panel");

if (query.has("locale")) showLocale(query.get("locale"));
if (query.has("theme")) showTheme(query.get("theme"));
if (query.get("bare") === "1") panel.remove();
else startPanel();
await choosePayer();

function showLocale(locale) {
  checkout.setAttribute("locale", locale);
}

function showTheme(theme) {
  checkout.setAttribute("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Logs in whom the address names. The element asks for its session only afterwards. */
async function choosePayer() {
  const payer = query.get("payer");
  if (payer !== null) {
    const place = checkout.parentElement;
    checkout.remove();
    await logIn(payer).catch((error) => say(`No se pudo entrar como ${payer}: ${error.message}`));
    place.prepend(checkout);
  }
  showPayer(await whoIsLoggedIn(payer ?? "cust-1"));
  if (panel.isConnected) look().catch(() => {});
}

function showPayer({ id, name = id }) {
  document.getElementById("payer-name").textContent = name;
  document.getElementById("payer-initial").textContent = name.slice(0, 1).toUpperCase();
}

/** Without the panel nobody asks, and no request is made. */
async function whoIsLoggedIn(otherwise) {
  if (!panel.isConnected) return { id: otherwise };
  try {
    const { payer, payers, ...others } = await send("GET", "/offramp/login");
    providers = others.providers;
    offerPayers(payers, payer);
    const known = payers.find(({ id }) => id === payer);
    showProvider(known?.provider ?? providers[0].name);
    return known ?? { id: otherwise };
  } catch {
    return { id: otherwise };
  }
}

/** Shows only what can be done to the payer's own provider. */
function showProvider(name) {
  provider = name;
  for (const group of panel.querySelectorAll("[data-provider]")) {
    group.hidden = !group.dataset.provider.split(" ").includes(name);
  }
  document.getElementById("provider-name").textContent = labelled(name);
}

function labelled(name) {
  return providers.find((one) => one.name === name)?.label ?? name;
}

function logIn(payer) {
  return send("POST", "/offramp/login", JSON.stringify({ payer }));
}

/** Everybody, by the provider that pays them. People who were added to the simulator are there too. */
function offerPayers(payers, current) {
  const groups = providers.map(({ name, label }) => {
    const group = document.createElement("optgroup");
    group.label = label;
    const theirs = payers.filter((payer) => payer.provider === name);
    group.append(...theirs.map((payer) => new Option(described(payer), payer.id)));
    return group;
  });
  const select = document.getElementById("payer");
  select.replaceChildren(...groups);
  select.value = current;
}

function described({ name, note, verified }) {
  const what = note || (verified ? "" : "sin verificar");
  return what ? `${name} (${what})` : name;
}

function startPanel() {
  for (const button of panel.querySelectorAll("[data-post], [data-delete]")) {
    button.addEventListener("click", () => act(button));
  }
  const [payer, locale, theme] = ["payer", "locale", "theme"].map((id) => document.getElementById(id));
  locale.value = checkout.getAttribute("locale");
  theme.value = checkout.getAttribute("theme");
  locale.addEventListener("change", () => showLocale(locale.value));
  theme.addEventListener("change", () => showTheme(theme.value));
  payer.addEventListener("change", () => {
    query.set("payer", payer.value);
    location.search = query;
  });
  watch();
}

async function act(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const { post, body } = button.dataset;
  try {
    if (post) await send("POST", controlled(post), body);
    else await send("DELETE", controlled(button.dataset.delete));
    say(`Hecho: ${button.textContent.trim().toLowerCase()}.`);
    await look();
  } catch (error) {
    say(`No se pudo: ${error.message}`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/** Time and rates are everybody's, the rest is one provider's. */
function controlled(path) {
  const isShared = path.startsWith("/clock") || path.startsWith("/rates");
  return isShared ? `/_sim${path}` : `/_sim/${provider}${path}`;
}

async function watch() {
  const isOpen = panel.querySelector("details").open;
  if (isOpen && !document.hidden) {
    try {
      await look();
    } catch {
      document.getElementById("clock").textContent = "el simulador no contesta";
    }
  }
  setTimeout(watch, 2000);
}

async function look() {
  if (provider === undefined) return;
  const asked = ["/_sim/clock", controlled("/orders"), "/offramp/notifications", "/offramp/balances"];
  const [clock, orders, notices, balances] = await Promise.all(asked.map((path) => send("GET", path)));
  const payer = document.getElementById("payer").value;
  const balance = balances.find(({ customer }) => customer === payer);
  document.getElementById("balance").textContent = balance ? `${balance.amount} ${balance.token}` : "…";
  showShortage(balance);
  const held = clock.motion === "held" ? " (detenido)" : "";
  document.getElementById("clock").textContent = `${clock.now.slice(5, 19).replace("T", " ")} UTC${held}`;
  list("orders", orders.slice(-8).reverse(), (order) => [
    (order.id ?? order.order_id).slice(0, 8),
    `${order.crypto_amount} ${order.token ?? order.crypto_currency} → ${order.fiat_currency}`,
    order.status,
  ]);
  list("notices", notices.slice(0, 8), (notice) => [
    notice.order_id.slice(4, 12),
    `${notice.type} · ${notice.sequence}`,
    notice.state,
  ]);
}

/** The shop's own word, on its own page: the provider waits for a payment that will not come. */
function showShortage(balance) {
  const [short] = balance?.short ?? [];
  const notice = document.getElementById("shortage");
  notice.hidden = short === undefined;
  if (short === undefined) return;
  const { amount, token } = balance;
  notice.textContent =
    `Cobalto no pagará esta orden: pide ${short.asked} ${token} y tu saldo es de ${amount} ${token}. ` +
    "Cancélala y elige un monto menor.";
}

function list(id, entries, texts) {
  document.getElementById(`no-${id}`).hidden = entries.length > 0;
  document.getElementById(id).replaceChildren(...entries.map((entry) => row(texts(entry))));
}

function row([id, what, status]) {
  const item = document.createElement("li");
  item.className = "order";
  item.append(cell("order__id", id), cell("order__amount", what), cell("order__status", status));
  return item;
}

function cell(name, text) {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}

function say(sentence) {
  document.getElementById("answer")?.replaceChildren(sentence);
}

async function send(method, path, body) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(path, { method, headers, body });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json");
  const answer = isJson && text ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Error(answer?.error ?? `${response.status}`);
  return answer;
}
