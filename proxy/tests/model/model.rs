//! What an order may do, written from the design alone: `docs/architecture.md`, and the table of the
//! provider's words in `capa/mapping.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

type Held = Result<(), String>;

/// Ends without a payout.
const ENDS: [&str; 3] = ["cancelled", "expired", "failed"];

/// States in which crypto may still be asked for.
const BEFORE_THE_DEPOSIT: [&str; 5] = [
    "creating",
    "created",
    "blocked",
    "awaiting_deposit",
    "deposit_submitted",
];

/// Everything that was seen.
#[derive(Default)]
pub(super) struct Model {
    orders: BTreeMap<String, Known>,
}

/// An order, as its payer saw it, and what was done to it.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each read by its name"
)]
pub(super) struct Known {
    pub(super) payer: usize,
    view: Value,
    address: Option<String>,
    /// Whether the provider was seen to hold the crypto.
    funded: bool,
    /// Every word that the provider had for it.
    words: BTreeSet<String>,
    /// Whether a person at the provider, or a wrong deposit, took it off its way.
    pub(super) is_crooked: bool,
    pub(super) reported: bool,
    pub(super) cancel_asked: bool,
    /// Whether all of the crypto arrived while it was waited for.
    pub(super) paid: bool,
}

impl Known {
    pub(super) fn state(&self) -> &str {
        self.view["state"].as_str().unwrap_or_default()
    }
}

impl Model {
    pub(super) fn order(&mut self, id: &str) -> &mut Known {
        self.orders.entry(id.to_owned()).or_default()
    }

    /// The provider's word for an order now.
    pub(super) fn hears(&mut self, id: &str, word: &str) {
        self.order(id).words.insert(word.to_owned());
    }

    /// The payer's order that waits for crypto, if there is one.
    pub(super) fn unfunded(&self, payer: usize) -> Option<&String> {
        let mut orders = self.orders.iter();
        let is_it = |known: &Known| known.payer == payer && known.view["unfunded"] == true;
        orders.find(|(_, known)| is_it(known)).map(|(id, _)| id)
    }

    /// All that a payer sees at one moment.
    pub(super) fn sees(&mut self, payer: usize, views: &[Value]) -> Held {
        let unfunded = views.iter().filter(|view| view["unfunded"] == true);
        if unfunded.count() > 1 {
            return Err(format!("two unfunded orders: {views:#?}"));
        }
        for view in views {
            let id = view["id"].as_str().unwrap_or_default();
            let known = self.order(id);
            known.payer = payer;
            known
                .sees(view)
                .map_err(|what| format!("{what}\nbefore {:#}\nnow {view:#}", known.view))?;
            known.view = view.clone();
        }
        let known = self.orders.values().filter(|known| known.payer == payer);
        if known.count() == views.len() {
            Ok(())
        } else {
            Err("an order is lost".to_owned())
        }
    }

    /// How an order has to stand when nothing is under way any more. `word` is the provider's last,
    /// if it has such an order.
    pub(super) fn has_settled(&mut self, id: &str, word: Option<&str>) -> Held {
        let known = self.order(id);
        let allowed = known.ends(word);
        if allowed.contains(&known.state()) && known.view["pending_action"].is_null() {
            Ok(())
        } else {
            Err(format!(
                "{word:?} is not one of {allowed:?}: {:#}",
                known.view
            ))
        }
    }
}

impl Known {
    /// One look at it after another.
    fn sees(&mut self, now: &Value) -> Held {
        let text = |view: &Value, key: &str| view[key].as_str().unwrap_or_default().to_owned();
        let (state, custody) = (text(now, "state"), text(now, "custody"));
        let holds = |is_true: bool, what: &str| {
            if is_true {
                Ok(())
            } else {
                Err(what.to_owned())
            }
        };

        let (sequence, before) = (now["sequence"].as_u64(), self.view["sequence"].as_u64());
        holds(sequence >= before, "the sequence fell")?;
        let is_same = sequence == before;
        holds(!is_same || *now == self.view, "a change without a sequence")?;

        let address = now["deposit"]["address"].as_str();
        if let (Some(first), Some(address)) = (&self.address, address) {
            holds(first == address, "the address changed")?;
        }
        self.address = self.address.take().or(address.map(str::to_owned));

        holds(
            custodies(&state).contains(&custody.as_str()),
            "a custody of another state",
        )?;
        let is_early = BEFORE_THE_DEPOSIT.contains(&state.as_str());
        holds(
            !is_early || now["unfunded"] == true,
            "an early order that is not unfunded",
        )?;
        let is_end = ENDS.contains(&state.as_str()) || state == "completed";
        let actions = now["actions"].as_array().map_or(0, Vec::len);
        holds(!is_end || actions == 0, "something to do after the end")?;
        holds(!is_end || address.is_none(), "an address after the end")?;

        match self.state() {
            "completed" => holds(
                state == "completed",
                "money that was delivered is forgotten",
            )?,
            end if ENDS.contains(&end) => {
                let goes_on = [end, "attention", "completed"].contains(&state.as_str());
                holds(goes_on, "an end that is none")?;
            }
            _ => {}
        }
        holds(!(self.funded && is_early), "back before the deposit")?;
        holds(
            !self.funded || address.is_none(),
            "crypto asked for a second time",
        )?;
        self.funded |= matches!(custody.as_str(), "provider" | "converted");

        let heard = |words: &[&str]| words.iter().any(|word| self.words.contains(*word));
        match state.as_str() {
            "completed" => holds(heard(&["COMPLETED"]), "completed by nobody's word"),
            "cancelled" => holds(heard(&["CANCELLED"]), "cancelled by nobody's word"),
            "expired" => holds(heard(&["EXPIRED", "CANCELLED"]), "expired by nobody's word"),
            "failed" => {
                let is_absent = text(now, "reason") == "not_created" && self.address.is_none();
                let is_refused = self.words.is_empty() && self.address.is_none();
                holds(
                    heard(&["FAILED"]) || is_absent || is_refused,
                    "failed by nobody's word",
                )
            }
            _ => Ok(()),
        }
    }

    /// Where it may stand, after all that was done, when the provider says `word`.
    fn ends(&self, word: Option<&str>) -> Vec<&'static str> {
        let straight = !self.is_crooked;
        let was = |end: &'static str| self.state() == end;
        let mut allowed = match word {
            Some("COMPLETED") => return vec!["completed"],
            None => return vec!["failed", "attention"],
            Some("PENDING") if straight && !self.reported && !self.cancel_asked && !self.paid => {
                return vec!["awaiting_deposit"];
            }
            Some("CANCELLED") if straight && !self.reported && !self.paid => {
                return vec!["cancelled", "expired"];
            }
            // Where all of it arrived in time, nothing is left but to deliver it.
            Some(_) if straight && self.paid => return Vec::new(),
            Some("PENDING" | "PENDING_PAYMENT" | "CRYPTO_NOT_RECEIVED") => {
                let mut allowed = vec!["attention"];
                if !self.funded {
                    allowed.extend(["awaiting_deposit", "deposit_submitted"]);
                    allowed.extend(ENDS.into_iter().filter(|end| was(end)));
                }
                allowed
            }
            Some("IN_PROGRESS") => vec!["deposit_submitted", "payout_in_progress", "attention"],
            Some("CRYPTO_RECEIVED" | "COMPLETED_CRYPTO_RECEIVAL") => {
                vec!["deposit_received", "payout_in_progress", "attention"]
            }
            Some(
                "READY_BANK_TRANSFER" | "BANK_TRANSFER_PENDING" | "AWAITING_MANUAL_FIAT_TRANSFER",
            ) => {
                vec!["payout_in_progress", "attention"]
            }
            Some("CANCELLED") if !self.funded => {
                vec!["cancelled", "expired", "failed", "attention"]
            }
            Some("EXPIRED") if !self.funded => vec!["expired", "cancelled", "failed", "attention"],
            Some("FAILED") if !self.funded => vec!["failed", "cancelled", "expired", "attention"],
            Some(_) => vec!["attention"],
        };
        allowed.extend(was("completed").then_some("completed"));
        allowed
    }
}

/// Who may hold the crypto.
fn custodies(state: &str) -> &'static [&'static str] {
    match state {
        "creating" => &["payer", "unknown"],
        "created" | "awaiting_deposit" | "cancelled" | "expired" | "failed" => &["payer"],
        "deposit_submitted" => &["in_flight", "unknown"],
        "deposit_received" => &["provider"],
        "payout_in_progress" => &["provider", "converted"],
        "completed" => &["converted"],
        "attention" => &["payer", "in_flight", "provider", "converted", "unknown"],
        _ => &[],
    }
}
