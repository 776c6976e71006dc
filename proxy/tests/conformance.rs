//! What the core relies on, whichever the provider: one promise per test, kept by every adapter
//! against its stand-in on a real socket.
//!
//! A new provider joins with one line at the end. What it cannot do is asked of its capabilities,
//! never of its name.

#[path = "conformance/campaign.rs"]
mod campaign;
#[path = "conformance/capa.rs"]
mod capa;
#[path = "conformance/cryptopocket.rs"]
mod cryptopocket;
#[path = "conformance/faults.rs"]
mod faults;
#[path = "fourth_provider/mod.rs"]
#[expect(dead_code, reason = "it is not asked for through the registry here")]
mod fourth_provider;
#[path = "conformance/harness.rs"]
mod harness;
#[path = "conformance/log.rs"]
mod log;
#[path = "conformance/orders.rs"]
mod orders;
#[path = "conformance/payers.rs"]
mod payers;
#[path = "conformance/prices.rs"]
mod prices;
#[path = "conformance/scene.rs"]
mod scene;
#[path = "conformance/signatures.rs"]
mod signatures;
#[path = "conformance/stand_in.rs"]
mod stand_in;
#[path = "conformance/table.rs"]
mod table;
#[path = "fourth_provider/harness.rs"]
mod tinta;
#[path = "conformance/unigox.rs"]
mod unigox;
#[path = "support/wallet.rs"]
mod wallet;
#[path = "support/wallet_keys.rs"]
mod wallet_keys;

use anyhow::Result;

/// The tests of one provider: each promise of the list.
macro_rules! tests {
    ($harness:ty: $($file:ident :: $promise:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() -> Result<()> {
                $file::$promise(&<$harness>::start().await?).await
            }
        )+
    };
}

/// Every promise, which every provider has to keep.
macro_rules! keeps_every_promise {
    ($provider:ident: $harness:ty) => {
        mod $provider {
            use super::{Result, campaign, faults, orders, payers, prices, signatures};

            tests! {
                $harness:
                prices::amounts_keep_their_digits,
                prices::a_price_promises_what_it_says,
                prices::an_indicative_price_locks_nothing,
                prices::an_expired_quote_refuses_and_creates_nothing,
                prices::a_quote_makes_one_order,
                prices::what_is_not_traded_is_refused,
                prices::an_amount_out_of_range_is_refused_with_its_limits,
                payers::a_payer_who_is_not_verified_is_refused,
                payers::the_verification_of_a_payer_is_known,
                payers::a_new_payer_is_registered_once,
                payers::an_order_is_shown_to_its_payer_only,
                payers::nobody_is_paid_on_the_saved_account_of_another,
                payers::every_kind_of_account_is_taken,
                orders::a_new_order_awaits_a_deposit,
                orders::an_unknown_order_is_refused,
                orders::a_paid_order_completes,
                orders::execute_may_be_repeated,
                orders::cancel_is_idempotent,
                orders::what_is_funded_cannot_be_cancelled,
                orders::what_a_provider_cannot_do_is_never_asked,
                orders::an_unknown_status_needs_attention,
                orders::a_stale_report_does_not_walk_an_order_back,
                orders::closed_means_nobody_holds_crypto_any_more,
                orders::a_list_is_complete_or_says_that_it_is_not,
                orders::the_list_is_complete_back_to_a_moment,
                orders::a_long_list_is_read_to_its_end,
                orders::the_provider_s_clock_comes_with_its_answers,
                orders::a_webhook_is_verified_over_its_raw_bytes,
                orders::the_history_hints_at_what_the_webhooks_did,
                faults::a_lost_answer_is_uncertain_not_failed,
                faults::an_answer_that_cannot_be_read_is_uncertain,
                faults::a_failure_before_acting_is_uncertain_too,
                faults::a_create_is_sent_once,
                faults::a_lost_order_can_be_found_again,
                faults::a_failed_reading_is_no_answer,
                faults::a_failed_action_is_no_answer,
                faults::slowing_down_is_asked_for_in_seconds,
                faults::a_refusal_nobody_listed_is_uncertain,
                faults::a_wrong_key_is_told_apart,
                faults::no_error_holds_a_secret,
                faults::no_log_line_holds_a_secret,
                signatures::nothing_is_signed_before_it_is_asked_for,
                signatures::nothing_is_signed_but_what_was_agreed,
                signatures::a_signature_of_other_bytes_is_none,
                signatures::an_order_is_paid_once,
                signatures::a_lost_answer_to_a_signature_is_uncertain,
                signatures::money_is_never_confirmed_by_itself,
                signatures::a_confirmation_may_be_repeated,
                signatures::what_is_owed_back_takes_a_signature_of_its_own,
                campaign::every_fault_ends_as_documented,
            }
        }
    };
}

keeps_every_promise! { with_capa: crate::capa::CapaHarness }
keeps_every_promise! { with_cryptopocket: crate::cryptopocket::PocketHarness }
keeps_every_promise! { with_unigox: crate::unigox::UnigoxHarness }
keeps_every_promise! { with_unigox_by_wallet: crate::unigox::ByWallet }
keeps_every_promise! { with_a_fourth: crate::tinta::TintaHarness }
