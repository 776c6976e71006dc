//! Orders, from made to paid.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use http::{HeaderMap, HeaderValue};
use offramp_domain::{
    api::Action,
    network::{DepositAddress, Network, TxHash},
    order::{Custody, OrderState, Reason, is_closed},
    quote::QuoteKind,
    time::Timestamp,
};
use offramp_proxy::provider::{
    ActOutcome, LocalFacts, Part, ProviderError, Refusal, Snapshot, WebhookError,
};
use offramp_simulator::Fault;
use secrecy::ExposeSecret as _;

use super::{
    campaign::ask,
    harness::{Harness, can, created, is_signed_for},
    scene::Scene,
    table::{Asked, End},
};

pub(crate) async fn a_new_order_awaits_a_deposit(harness: &dyn Harness) -> Result<()> {
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let (provider, user) = (harness.provider(), harness.verified_payer());
        let mut snapshot = created(harness, "100").await?;
        let by_signature = is_signed_for(provider);
        if by_signature {
            // There is nothing to sign before somebody has accepted.
            let stands = provider.assess(&snapshot, &LocalFacts::default());
            assert_eq!(
                (stands.state, stands.custody),
                (OrderState::Created, Custody::Payer)
            );
            harness.accept(&snapshot.reference)?;
            snapshot = provider.read(&user, &snapshot.reference).await?;
        }
        let stands = provider.assess(&snapshot, &LocalFacts::default());
        assert_eq!(
            (stands.state, stands.custody),
            (OrderState::AwaitingDeposit, Custody::Payer)
        );
        let asked = if by_signature {
            Action::AuthoriseTransfer
        } else {
            Action::ReportSent
        };
        assert_eq!(stands.actions.first(), Some(&asked));
        assert!(!stands.funded && !stands.deposit_seen);

        if by_signature {
            // Whoever is told an address sends to it.
            assert_eq!(snapshot.address, None);
        } else {
            let network = snapshot.network.context("a network")?;
            let address = snapshot.address.context("an address")?;
            DepositAddress::parse(network, &address)?;
        }
        let capabilities = harness.provider().capabilities();
        if !capabilities.unsaid.contains(&Part::Account) {
            let paid = snapshot.account.context("an account")?;
            let (_, number) = harness.payee().await?;
            assert_eq!(Some(paid.expose_secret()), number.as_deref());
        }
        if capabilities.finds_lost {
            let created_at = snapshot.created_at.context("a time")?;
            ensure!(harness.now().since(created_at) < Duration::from_mins(1));
        }
    }
    Ok(())
}

pub(crate) async fn an_unknown_order_is_refused(harness: &dyn Harness) -> Result<()> {
    let (provider, unknown) = (harness.provider(), harness.unknown_order());
    let read = provider.read(&harness.verified_payer(), &unknown).await;
    let not_found = Refusal::NotFound;
    ensure!(
        matches!(&read, Err(ProviderError::Refused(refusal)) if *refusal == not_found),
        "{read:?}"
    );
    let refused = ActOutcome::Refused(not_found);
    if can(provider, Asked::Execute) {
        assert_eq!(provider.execute(&unknown, None).await?, refused);
    }
    if can(provider, Asked::Cancel) {
        assert_eq!(provider.cancel(&unknown).await?, refused);
    }
    Ok(())
}

pub(crate) async fn a_paid_order_completes(harness: &dyn Harness) -> Result<()> {
    let (provider, user) = (harness.provider(), harness.verified_payer());
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let order = created(harness, "100").await?;
        harness.deposit(&order.reference).await?;
        let received = provider.read(&user, &order.reference).await?;
        let stands = provider.assess(&received, &LocalFacts::default());
        let by_signature = is_signed_for(provider);
        let holder = if by_signature {
            Custody::Escrow
        } else {
            Custody::Provider
        };
        assert_eq!(
            (stands.state, stands.custody),
            (OrderState::DepositReceived, holder)
        );
        assert_eq!((stands.funded, stands.deposit_seen), (true, !by_signature));
        // Whoever has to be told of a transfer looks for it, and names it.
        if can(provider, Asked::Execute) {
            ensure!(received.tx_hash.is_some(), "the deposit has no hash");
            let hash = TxHash::parse(Network::Pol, &format!("0x{}", "9f2c".repeat(16)))?;
            provider.execute(&order.reference, Some(&hash)).await?;
        }
        harness.pass_time(Duration::from_mins(1));
        let mut paid = provider.read(&user, &order.reference).await?;
        let facts = LocalFacts {
            executed: true,
            ever_funded: true,
            ..LocalFacts::default()
        };
        let mut stands = provider.assess(&paid, &facts);
        // An escrow is opened by nobody but the person who was paid.
        if by_signature {
            assert_eq!(stands.state, OrderState::AwaitingConfirmation);
            assert_eq!(stands.actions.first(), Some(&Action::ConfirmReceived));
            let confirmed = provider.confirm(&order.reference).await?;
            ensure!(
                matches!(confirmed, ActOutcome::Done { .. }),
                "{confirmed:?}"
            );
            harness.pass_time(Duration::from_mins(1));
            paid = provider.read(&user, &order.reference).await?;
            stands = provider.assess(&paid, &facts);
        }
        assert_eq!(
            (stands.state, stands.custody),
            (OrderState::Completed, Custody::Converted)
        );
        assert_eq!((stands.actions, stands.reason), (vec![], None));
    }
    Ok(())
}

pub(crate) async fn execute_may_be_repeated(harness: &dyn Harness) -> Result<()> {
    if !can(harness.provider(), Asked::Execute) {
        return Ok(());
    }
    let (provider, user) = (harness.provider(), harness.verified_payer());
    let order = created(harness, "100").await?;
    for _ in 0..3 {
        let outcome = provider.execute(&order.reference, None).await?;
        ensure!(matches!(outcome, ActOutcome::Done { .. }), "{outcome:?}");
        harness.pass_time(Duration::from_secs(30));
    }
    let facts = LocalFacts {
        executed: true,
        reported: true,
        ..LocalFacts::default()
    };
    let searched = provider.read(&user, &order.reference).await?;
    let stands = provider.assess(&searched, &facts);
    assert_eq!(stands.state, OrderState::DepositSubmitted);
    assert!(stands.waits_for_deposit);
    harness.deposit(&order.reference).await?;
    provider.execute(&order.reference, None).await?;
    let received = provider.read(&user, &order.reference).await?;
    let stands = provider.assess(&received, &facts);
    assert_eq!(stands.state, OrderState::DepositReceived);
    assert!(!stands.waits_for_deposit);
    Ok(())
}

pub(crate) async fn cancel_is_idempotent(harness: &dyn Harness) -> Result<()> {
    if !can(harness.provider(), Asked::Cancel) {
        return Ok(());
    }
    let (provider, user) = (harness.provider(), harness.verified_payer());
    let order = created(harness, "100").await?;
    let outcome = provider.cancel(&order.reference).await?;
    ensure!(matches!(outcome, ActOutcome::Done { .. }), "{outcome:?}");
    // Once more, it is as it was, or said to be over.
    let again = provider.cancel(&order.reference).await?;
    ensure!(
        matches!(
            again,
            ActOutcome::Done { .. } | ActOutcome::Refused(Refusal::NotPossibleNow)
        ),
        "{again:?}"
    );
    let cancelled = provider.read(&user, &order.reference).await?;
    let facts = LocalFacts {
        cancel_asked: true,
        ..LocalFacts::default()
    };
    let stands = provider.assess(&cancelled, &facts);
    assert_eq!(
        (stands.state, stands.custody),
        (OrderState::Cancelled, Custody::Payer)
    );
    assert_eq!(stands.reason, Some(Reason::CancelledByPayer));
    if can(provider, Asked::Execute) {
        let late = provider.execute(&order.reference, None).await?;
        assert_eq!(late, ActOutcome::Refused(Refusal::NotPossibleNow));
    }
    Ok(())
}

pub(crate) async fn what_is_funded_cannot_be_cancelled(harness: &dyn Harness) -> Result<()> {
    if !can(harness.provider(), Asked::Cancel) {
        return Ok(());
    }
    let order = created(harness, "100").await?;
    harness.deposit(&order.reference).await?;
    let outcome = harness.provider().cancel(&order.reference).await?;
    assert_eq!(outcome, ActOutcome::Refused(Refusal::NotPossibleNow));
    Ok(())
}

pub(crate) async fn what_a_provider_cannot_do_is_never_asked(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    let scene = Scene::set(harness).await?;
    for asked in Asked::ALL
        .into_iter()
        .filter(|asked| !can(provider, *asked))
    {
        let before = harness.requests(harness.operation(asked));
        let ended = ask(provider, &scene, asked).await;
        assert_eq!(ended.how, End::Refused, "{asked:?}: {}", ended.said);
        assert_eq!(
            harness.requests(harness.operation(asked)),
            before,
            "{asked:?}"
        );
    }
    Ok(())
}

/// Once the crypto was seen, no answer has it sent again.
pub(crate) async fn a_stale_report_does_not_walk_an_order_back(
    harness: &dyn Harness,
) -> Result<()> {
    let (provider, user) = (harness.provider(), harness.verified_payer());
    let order = created(harness, "100").await?;
    harness.deposit(&order.reference).await?;
    let received = provider.read(&user, &order.reference).await?;
    let seen = provider.assess(&received, &LocalFacts::default());
    assert_eq!(
        (seen.state, seen.funded),
        (OrderState::DepositReceived, true)
    );

    harness.fail_once(harness.operation(Asked::Read), Fault::StatusBack);
    let stale = provider.read(&user, &order.reference).await?;
    assert_eq!(stale.status, order.status);
    let facts = LocalFacts {
        ever_funded: true,
        ..LocalFacts::default()
    };
    let stands = provider.assess(&stale, &facts);
    assert_eq!(stands.state, OrderState::Attention);
    ensure!(stands.actions.is_empty() && stands.funded, "{stands:?}");
    Ok(())
}

/// In whatever words and whatever is known besides: where an order is closed, the crypto is with the
/// payer or has become money.
pub(crate) async fn closed_means_nobody_holds_crypto_any_more(harness: &dyn Harness) -> Result<()> {
    let order = created(harness, "100").await?;
    let by_signature = is_signed_for(harness.provider());
    let words = harness.statuses().iter().copied();
    let offers: [&[&str]; 3] = [&[], &["cancel"], &["authorize-refund"]];
    for status in words.chain(["SETTLING_IN_THE_DARK"]) {
        for (takes, bits) in offers
            .iter()
            .flat_map(|takes| (0_u8..128).map(move |bits| (takes, bits)))
        {
            let snapshot = Snapshot {
                status: status.to_owned(),
                takes: takes.iter().map(|word| (*word).to_owned()).collect(),
                ..order.clone()
            };
            let facts = LocalFacts {
                executed: bits & 1 != 0,
                reported: bits & 2 != 0,
                report_is_stale: bits & 6 == 6,
                ever_funded: bits & 8 != 0,
                cancel_asked: bits & 16 != 0,
                transfer_signed: by_signature && bits & 32 != 0,
                refund_signed: by_signature && bits & 64 != 0,
                ..LocalFacts::default()
            };
            let stands = harness.provider().assess(&snapshot, &facts);
            let is_with_the_payer = !facts.ever_funded && !facts.transfer_signed;
            let is_free = match stands.custody {
                Custody::Converted | Custody::Returned => true,
                Custody::Payer => is_with_the_payer,
                Custody::InFlight | Custody::Provider | Custody::Escrow | Custody::Unknown => false,
            };
            ensure!(
                is_free || !is_closed(stands.state, stands.custody),
                "{status} with {facts:?}: {stands:?}"
            );
            // Only a failure that undoes itself ends before that is seen, and is watched on.
            let may_end = is_free || by_signature && stands.state == OrderState::Failed;
            ensure!(
                may_end || !stands.state.is_terminal(),
                "{status} with {facts:?}: {stands:?}"
            );
        }
    }
    Ok(())
}

pub(crate) async fn an_unknown_status_needs_attention(harness: &dyn Harness) -> Result<()> {
    let order = created(harness, "100").await?;
    harness.force_status(&order.reference, "SETTLING_IN_THE_DARK")?;
    let read = harness
        .provider()
        .read(&harness.verified_payer(), &order.reference)
        .await?;
    assert_eq!(read.status, "SETTLING_IN_THE_DARK");
    let stands = harness.provider().assess(&read, &LocalFacts::default());
    assert_eq!(
        (stands.state, stands.reason),
        (OrderState::Attention, Some(Reason::UnknownStatus))
    );
    Ok(())
}

/// A list in which a lost order may be missing never says that it is complete.
pub(crate) async fn a_list_is_complete_or_says_that_it_is_not(harness: &dyn Harness) -> Result<()> {
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        created(harness, "100").await?;
        let listing = harness
            .provider()
            .list(&harness.verified_payer(), Timestamp::from_millis(0))
            .await?;
        let finds_lost = harness.provider().capabilities().finds_lost;
        assert_eq!(listing.complete, finds_lost);
        ensure!(finds_lost || listing.orders.is_empty(), "{listing:?}");
    }
    Ok(())
}

pub(crate) async fn the_list_is_complete_back_to_a_moment(harness: &dyn Harness) -> Result<()> {
    if !harness.provider().capabilities().finds_lost {
        return Ok(());
    }
    let mut references = Vec::new();
    let mut moments = Vec::new();
    for _ in 0..3 {
        moments.push(harness.now());
        references.push(created(harness, "100").await?.reference);
        harness.pass_time(harness.tick());
    }
    references.reverse();
    for (since, expected) in [
        (moments[0], &references[..]),
        (moments[2], &references[..1]),
        (harness.now(), &[]),
    ] {
        let listing = harness
            .provider()
            .list(&harness.verified_payer(), since)
            .await?;
        let found: Vec<_> = listing
            .orders
            .into_iter()
            .map(|order| order.reference)
            .collect();
        assert_eq!((found.as_slice(), listing.complete), (expected, true));
    }
    Ok(())
}

pub(crate) async fn a_long_list_is_read_to_its_end(harness: &dyn Harness) -> Result<()> {
    if !harness.provider().capabilities().finds_lost {
        return Ok(());
    }
    let since = harness.now();
    let mut references = Vec::new();
    for _ in 0..105 {
        references.push(created(harness, "100").await?.reference);
    }
    references.reverse();
    let listing = harness
        .provider()
        .list(&harness.verified_payer(), since)
        .await?;
    let found: Vec<_> = listing
        .orders
        .into_iter()
        .map(|order| order.reference)
        .collect();
    assert_eq!((found, listing.complete), (references, true));
    Ok(())
}

pub(crate) async fn the_provider_s_clock_comes_with_its_answers(
    harness: &dyn Harness,
) -> Result<()> {
    const SECOND: Duration = Duration::from_secs(1);
    harness.pass_time(Duration::from_hours(90 * 24));
    let order = created(harness, "100").await?;
    let quote = harness
        .provider()
        .quote(&harness.ask(QuoteKind::Firm, "100")?)
        .await?;
    let listing = harness
        .provider()
        .list(&harness.verified_payer(), harness.now())
        .await?;
    for clock in [order.provider_now, quote.provider_now, listing.provider_now] {
        let clock = clock.context("no clock")?;
        let now = harness.now();
        ensure!(
            now.since(clock) < SECOND && clock.since(now) < SECOND,
            "{clock} is not {now}"
        );
    }
    Ok(())
}

pub(crate) async fn a_webhook_is_verified_over_its_raw_bytes(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    if !provider.takes_webhooks() {
        let refused = provider.webhook(&HeaderMap::new(), b"{}");
        assert_eq!(refused, Err(WebhookError::NotConfigured));
        return Ok(());
    }
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        let order = created(harness, "100").await?;
        let (mut headers, body) = harness.webhook(&order.reference).await?;
        let hint = provider.webhook(&headers, &body)?;
        assert_eq!(hint.reference, Some(order.reference));

        let mut longer = body.clone();
        longer.push(b' ');
        assert_eq!(
            provider.webhook(&headers, &longer),
            Err(WebhookError::Signature)
        );
        for value in headers.values_mut() {
            *value = HeaderValue::from_static("00");
        }
        assert_eq!(
            provider.webhook(&headers, &body),
            Err(WebhookError::Signature)
        );
        headers.clear();
        assert_eq!(
            provider.webhook(&headers, &body),
            Err(WebhookError::Signature)
        );
    }
    Ok(())
}

pub(crate) async fn the_history_hints_at_what_the_webhooks_did(
    harness: &dyn Harness,
) -> Result<()> {
    const SECOND: Duration = Duration::from_secs(1);
    let provider = harness.provider();
    if !harness.keeps_history() {
        let history = provider.history(harness.now()).await?;
        ensure!(
            history.complete && history.notices.is_empty(),
            "{history:?}"
        );
        return Ok(());
    }
    for dialect in 0..harness.dialects() {
        harness.speak(dialect);
        harness.pass_time(SECOND);
        let since = harness.now();
        let order = created(harness, "100").await?;
        let (headers, body) = harness.webhook(&order.reference).await?;
        let told = provider.webhook(&headers, &body)?;
        let history = provider.history(since).await?;
        ensure!(history.complete, "the history is not complete");
        let mut hints = Vec::new();
        for notice in &history.notices {
            hints.push(provider.notice(&notice.id).await?);
        }
        ensure!(hints.contains(&told), "{hints:?} does not contain {told:?}");
        let later = harness.now().plus(SECOND);
        assert_eq!(provider.history(later).await?.notices, []);
    }
    let unknown = provider.notice("unknown").await;
    ensure!(
        matches!(unknown, Err(ProviderError::Refused(Refusal::NotFound))),
        "{unknown:?}"
    );
    Ok(())
}
