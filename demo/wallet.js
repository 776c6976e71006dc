// A wallet for the demo: it announces itself as EIP-6963 says, asks before it signs, and really
// signs, with a key that everybody knows. The key itself is with the shop's backend.
//
// It stands for an extension of the payer's browser, which has nothing to do with the shop.

const info = Object.freeze({
  uuid: crypto.randomUUID(),
  name: "Cartera de prueba",
  icon: "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%232747d9'/%3E%3Cpath d='M8 12h16v10H8zM8 12l11-4v4' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E",
  rdns: "example.cobalto.wallet",
});

const ASKED = {
  eth_requestAccounts: "El sitio quiere ver tu dirección.",
  personal_sign: "El sitio quiere que firmes este mensaje:",
  eth_signTypedData_v4: "El sitio quiere que firmes estos datos:",
};

const provider = Object.freeze({
  async request({ method, params = [] }) {
    if (ASKED[method] && !(await approved(method, params))) {
      throw Object.assign(new Error("The payer said no."), { code: 4001 });
    }
    const response = await fetch("/demo-wallet", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ method, params }),
    });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.error), { code: -32602 });
    return answer;
  },
  on() {},
  removeListener() {},
});

function announce() {
  const detail = Object.freeze({ info, provider });
  dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
}

addEventListener("eip6963:requestProvider", announce);
announce();

/** The wallet's own window: what is asked, and the payer's answer. */
function approved(method, params) {
  const dialog = document.createElement("dialog");
  dialog.className = "wallet";
  const title = document.createElement("h2");
  title.textContent = info.name;
  const what = document.createElement("p");
  what.textContent = ASKED[method];
  const text = document.createElement("pre");
  text.textContent = shown(method, params);
  text.hidden = text.textContent === "";
  const [yes, no] = [button("wallet-accept", "Aceptar"), button("wallet-reject", "Rechazar")];
  const choices = document.createElement("div");
  choices.append(no, yes);
  dialog.append(title, what, text, choices);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const answer = (is) => {
      dialog.remove();
      resolve(is);
    };
    yes.addEventListener("click", () => answer(true));
    no.addEventListener("click", () => answer(false));
    dialog.addEventListener("cancel", () => answer(false));
  });
}

function shown(method, [first, second]) {
  if (method === "personal_sign") return utf8(first);
  if (method !== "eth_signTypedData_v4") return "";
  const typed = typeof second === "string" ? JSON.parse(second) : second;
  return `${typed.primaryType}\n${JSON.stringify(typed.message, null, 2)}`;
}

function utf8(text) {
  if (!text.startsWith("0x")) return text;
  const bytes = text.slice(2).match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function button(id, label) {
  const element = document.createElement("button");
  element.type = "button";
  element.id = id;
  element.textContent = label;
  return element;
}
