// The demo partner's own script: what the address says about the page, and the demo panel.
//
//   ?locale=en   the language of the checkout
//   ?theme=dark  light, dark or auto
//   ?payer=cust-2  who is logged in
//   ?bare=1      the page without the panel
//
// It stands before offramp.js in the page, so all of this is settled before the element wakes up.

const PAYERS = { "cust-1": "Ana López", "cust-2": "Luis Pérez", "cust-3": "Eva Gómez" };

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
}

function showPayer(payer) {
  const name = PAYERS[payer] ?? payer;
  document.getElementById("payer-name").textContent = name;
  document.getElementById("payer-initial").textContent = name.slice(0, 1).toUpperCase();
}

/** Without the panel nobody asks, and no request is made. */
async function whoIsLoggedIn(otherwise) {
  if (!panel.isConnected) return otherwise;
  try {
    const { payer, payers } = await send("GET", "/offramp/login");
    offerPayers(payers, payer);
    return payer ?? otherwise;
  } catch {
    return otherwise;
  }
}

function logIn(payer) {
  return send("POST", "/offramp/login", JSON.stringify({ payer }));
}

/** People who were added to the simulator can log in too. */
function offerPayers(payers, current) {
  const select = document.getElementById("payer");
  for (const { id } of payers) {
    const isNew = ![...select.options].some((option) => option.value === id);
    if (isNew) select.add(new Option(id, id));
  }
  select.value = current;
}

function startPanel() {
  for (const button of panel.querySelectorAll("[data-post], [data-delete]")) {
    button.addEventListener("click", () => act(button));
  }
  const [payer, locale, theme] = ["payer", "locale", "theme"].map((id) => document.getElementById(id));
  payer.value = query.get("payer") ?? payer.value;
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
    if (post) await send("POST", `/_sim${post}`, body);
    else await send("DELETE", `/_sim${button.dataset.delete}`);
    say(`Hecho: ${button.textContent.trim().toLowerCase()}.`);
    await look();
  } catch (error) {
    say(`No se pudo: ${error.message}`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
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
  const asked = ["/_sim/clock", "/_sim/orders", "/offramp/notifications"];
  const [clock, orders, notices] = await Promise.all(asked.map((path) => send("GET", path)));
  const held = clock.motion === "held" ? " (detenido)" : "";
  document.getElementById("clock").textContent = `${clock.now.slice(5, 19).replace("T", " ")} UTC${held}`;
  list("orders", orders.slice(-8).reverse(), (order) => [
    order.id.slice(0, 8),
    `${order.crypto_amount} ${order.token} → ${order.fiat_currency}`,
    order.status,
  ]);
  list("notices", notices.slice(0, 8), (notice) => [
    notice.order_id.slice(4, 12),
    `${notice.type} · ${notice.sequence}`,
    notice.state,
  ]);
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
