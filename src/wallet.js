// Wallets of the payer's browser: found by EIP-6963, asked by EIP-1193. Fetched when an order needs
// one, by the loader, which checks its digest.
//
// What goes wrong is thrown with a `code` that the widget has words for, and a `detail`.

const wallets = new Map();

addEventListener("eip6963:announceProvider", ({ detail }) => {
  const { info, provider } = detail ?? {};
  if (info?.uuid && info.name && provider?.request) wallets.set(String(info.uuid), detail);
});

// How long wallets are given to announce themselves.
const PATIENCE_MS = 200;

// The wallets of this browser: pairs of an id and a name.
export async function discover() {
  dispatchEvent(new Event("eip6963:requestProvider"));
  await new Promise((done) => setTimeout(done, PATIENCE_MS));
  const { ethereum } = window;
  if (!wallets.size && ethereum?.request) {
    wallets.set("", { info: { uuid: "", name: "Wallet" }, provider: ethereum });
  }
  return [...wallets].map(([id, { info }]) => [id, String(info.name).slice(0, 40)]);
}

// The account that the wallet offers.
export async function connect(id) {
  const [account] = await ask(id, "eth_requestAccounts");
  return account ?? raise("failed");
}

// Signs a challenge, the answer of the proxy to the letter; returns the body that links the wallet.
export async function link(id, address, challenge) {
  const { message } = JSON.parse(challenge);
  const bytes = [...new TextEncoder().encode(message)];
  const hex = "0x" + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const signature = await ask(id, "personal_sign", [hex, address]);
  return JSON.stringify({ address, message, signature });
}

// Signs the typed data of a signing request, the answer of the proxy to the letter; returns the
// signature.
export async function sign(id, request) {
  const { signer, typed_data: data } = JSON.parse(request);
  const accounts = await ask(id, "eth_requestAccounts");
  const isSigner = (account) => account.toLowerCase() === signer.toLowerCase();
  const account = accounts.find(isSigner) ?? raise("account", signer);
  if (data.domain.chainId != null) await onChain(id, BigInt(data.domain.chainId));
  // Wallets hash the domain by this, and not every library writes it.
  data.types.EIP712Domain ??= DOMAIN.filter(({ name }) => name in data.domain);
  return ask(id, "eth_signTypedData_v4", [account, JSON.stringify(data)]);
}

const DOMAIN = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

// Wallets refuse to sign for another chain than the one they are on.
async function onChain(id, chain) {
  const isThere = async () => BigInt(await ask(id, "eth_chainId")) === chain;
  if (await isThere()) return;
  const chainId = "0x" + chain.toString(16);
  try {
    await ask(id, "wallet_switchEthereumChain", [{ chainId }]);
  } catch {
    raise("chain", String(chain));
  }
  if (!(await isThere())) raise("chain", String(chain));
}

async function ask(id, method, params = []) {
  try {
    return await wallets.get(id).provider.request({ method, params });
  } catch (error) {
    raise({ 4001: "refused", "-32002": "busy" }[error?.code] ?? "failed");
  }
}

function raise(code, detail = "") {
  throw Object.assign(new Error(code), { code, detail });
}
