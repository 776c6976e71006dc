//! What holds while something fails: what is certain, and what nobody knows.

use std::error::Error;

use anyhow::{Result, bail, ensure};
use offramp_domain::{order::OrderState, quote::QuoteKind, time::Timestamp};
use offramp_proxy::provider::{
    ActOutcome, CreateOutcome, LocalFacts, Provider, ProviderError, ProviderRef, Refusal,
};
use offramp_simulator::{Fault, Operation};

use super::{
    harness::{Harness, can, created, is_signed_for, new_order},
    log::Log,
    table::Asked,
};

/// The provider acts, and its answer gets lost.
const LOST: [Fault; 4] = [
    Fault::TimeoutAfter,
    Fault::ResetAfter,
    Fault::ServerErrorAfter,
    Fault::SlowDrip,
];

/// The provider acts, and nobody can read what it answers.
const UNREADABLE: [Fault; 3] = [Fault::MalformedJson, Fault::WrongType, Fault::EmptyBody];

/// The provider does nothing, but the caller cannot know.
const IDLE: [Fault; 5] = [
    Fault::TimeoutBefore,
    Fault::ResetBefore,
    Fault::ServerErrorBefore,
    Fault::Redirect,
    Fault::BadGateway,
];

pub(crate) async fn a_lost_answer_is_uncertain_not_failed(harness: &dyn Harness) -> Result<()> {
    creates_are_uncertain(harness, &LOST, 1).await
}

pub(crate) async fn an_answer_that_cannot_be_read_is_uncertain(
    harness: &dyn Harness,
) -> Result<()> {
    creates_are_uncertain(harness, &UNREADABLE, 1).await?;
    let too_large = format!(r#"{{"success":true,"data":"{}"}}"#, "x".repeat(2 << 20));
    let another = r#"{"success":true,"data":{"id":"t-1"}}"#.to_owned();
    let failed = r#"{"success":false,"data":{}}"#.to_owned();
    let odd = [too_large, another, failed].map(|body| Fault::Canned { status: 201, body });
    creates_are_uncertain(harness, &odd, 0).await
}

pub(crate) async fn a_failure_before_acting_is_uncertain_too(harness: &dyn Harness) -> Result<()> {
    creates_are_uncertain(harness, &IDLE, 0).await
}

async fn creates_are_uncertain(harness: &dyn Harness, faults: &[Fault], made: usize) -> Result<()> {
    for fault in faults {
        let order = new_order(harness, "100").await?;
        let before = harness.orders();
        harness.fail_once(Operation::Create, fault.clone());
        let outcome = harness.impatient().create(&order).await;
        ensure!(
            matches!(
                outcome,
                CreateOutcome::Uncertain(ProviderError::Unavailable(_))
            ),
            "{outcome:?} after {fault:?}"
        );
        assert_eq!(harness.orders(), before + made, "{fault:?}");
    }
    Ok(())
}

pub(crate) async fn a_create_is_sent_once(harness: &dyn Harness) -> Result<()> {
    for fault in LOST
        .into_iter()
        .chain(UNREADABLE)
        .chain(IDLE)
        .chain([Fault::RateLimited])
    {
        let order = new_order(harness, "100").await?;
        let before = harness.requests(Operation::Create);
        harness.fail_once(Operation::Create, fault.clone());
        let outcome = harness.impatient().create(&order).await;
        ensure!(
            matches!(outcome, CreateOutcome::Uncertain(_)),
            "{outcome:?} after {fault:?}"
        );
        assert_eq!(harness.requests(Operation::Create), before + 1, "{fault:?}");
    }
    Ok(())
}

pub(crate) async fn a_lost_order_can_be_found_again(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    if !provider.capabilities().finds_lost {
        return Ok(());
    }
    let began = harness.now();
    let quote = provider
        .quote(&harness.ask(QuoteKind::Firm, "100")?)
        .await?;
    let order = new_order(harness, "100").await?;
    harness.fail_once(Operation::Create, Fault::ResetAfter);
    let outcome = provider.create(&order).await;
    ensure!(
        matches!(outcome, CreateOutcome::Uncertain(_)),
        "{outcome:?}"
    );
    let listing = provider.list(&harness.verified_payer(), began).await?;
    let [found] = listing.orders.as_slice() else {
        bail!("{:?}", listing.orders)
    };
    assert!(listing.complete);
    assert_eq!(
        (found.crypto_amount, found.fiat_amount),
        (quote.crypto_amount, Some(quote.fiat_amount))
    );
    ensure!(found.created_at.is_some(), "{found:?}");
    let state = if is_signed_for(provider) {
        // Nothing but our own id tells it from another.
        assert_eq!(found.our_id.as_deref(), Some(order.id.as_str()));
        OrderState::Created
    } else {
        ensure!(
            found.address.is_some() && found.account.is_some(),
            "{found:?}"
        );
        OrderState::AwaitingDeposit
    };
    let stands = provider.assess(found, &LocalFacts::default());
    assert_eq!(stands.state, state);
    Ok(())
}

pub(crate) async fn a_failed_reading_is_no_answer(harness: &dyn Harness) -> Result<()> {
    let (provider, user) = (harness.impatient(), harness.verified_payer());
    let order = created(harness, "100").await?.reference;
    let ask = harness.ask(QuoteKind::Indicative, "100")?;
    for fault in LOST.into_iter().chain(UNREADABLE).chain(IDLE) {
        for asked in [Asked::Price, Asked::Read, Asked::List, Asked::Verify] {
            harness.fail_once(harness.operation(asked), fault.clone());
        }
        let (quote, read, list, verification) = tokio::join!(
            provider.quote(&ask),
            provider.read(&user, &order),
            provider.list(&user, Timestamp::from_millis(0)),
            provider.verification(&user),
        );
        is_unavailable(quote, "quote", &fault)?;
        is_unavailable(read, "read", &fault)?;
        is_unavailable(list, "list", &fault)?;
        is_unavailable(verification, "verification", &fault)?;
    }
    Ok(())
}

pub(crate) async fn a_failed_action_is_no_answer(harness: &dyn Harness) -> Result<()> {
    let provider = harness.impatient();
    let actions = [Asked::Execute, Asked::Cancel];
    for fault in LOST.into_iter().chain(UNREADABLE).chain(IDLE) {
        for asked in actions.into_iter().filter(|asked| can(provider, *asked)) {
            let order = created(harness, "100").await?.reference;
            harness.fail_once(harness.operation(asked), fault.clone());
            let answer = act(provider, asked, &order).await;
            is_unavailable(answer, "an action", &fault)?;
            // Whatever happened then, the repetition is answered.
            act(harness.provider(), asked, &order).await?;
        }
    }
    Ok(())
}

async fn act(
    provider: &dyn Provider,
    asked: Asked,
    order: &ProviderRef,
) -> Result<ActOutcome, ProviderError> {
    if asked == Asked::Execute {
        provider.execute(order, None).await
    } else {
        provider.cancel(order).await
    }
}

fn is_unavailable<T: std::fmt::Debug>(
    answer: Result<T, ProviderError>,
    call: &str,
    fault: &Fault,
) -> Result<()> {
    match answer {
        Err(ProviderError::Unavailable(_)) => Ok(()),
        other => bail!("{other:?} from {call} after {fault:?}"),
    }
}

pub(crate) async fn slowing_down_is_asked_for_in_seconds(harness: &dyn Harness) -> Result<()> {
    let provider = harness.provider();
    let order = new_order(harness, "100").await?;
    harness.fail_once(Operation::Create, Fault::RateLimited);
    let CreateOutcome::Uncertain(created) = provider.create(&order).await else {
        bail!("a create that was not carried out is certain")
    };
    harness.fail_once(Operation::List, Fault::RateLimited);
    let listed = provider
        .list(&harness.verified_payer(), harness.now())
        .await;
    for error in [Some(created), listed.err()] {
        let waits = matches!(
            error,
            Some(ProviderError::RateLimited {
                retry_after_secs: Some(2),
            })
        );
        ensure!(waits, "{error:?}");
    }
    Ok(())
}

pub(crate) async fn a_refusal_nobody_listed_is_uncertain(harness: &dyn Harness) -> Result<()> {
    for (status, body) in [
        (400, ""),
        (400, "{}"),
        (400, r#"{"code":"SOMETHING_NEW","message":"No"}"#),
        (403, "<html>Forbidden</html>"),
        (404, "<html>Not Found</html>"),
        (409, r#"{"message":"Conflict"}"#),
        (
            500,
            r#"{"code":"QUOTE_EXPIRED","message":"Quote has expired"}"#,
        ),
    ] {
        creates_are_uncertain(
            harness,
            &[Fault::Canned {
                status,
                body: body.to_owned(),
            }],
            0,
        )
        .await?;
    }
    Ok(())
}

pub(crate) async fn a_wrong_key_is_told_apart(harness: &dyn Harness) -> Result<()> {
    let order = new_order(harness, "100").await?;
    let provider = harness.with_a_wrong_key();
    let quote = provider.quote(&harness.ask(QuoteKind::Firm, "100")?).await;
    ensure!(matches!(quote, Err(ProviderError::Key)), "{quote:?}");
    let listing = provider.list(&order.user, harness.now()).await;
    ensure!(matches!(listing, Err(ProviderError::Key)), "{listing:?}");
    let outcome = provider.create(&order).await;
    ensure!(
        matches!(outcome, CreateOutcome::Refused(Refusal::Other { .. })),
        "{outcome:?}"
    );
    assert_eq!(harness.orders(), 0);
    Ok(())
}

pub(crate) async fn no_error_holds_a_secret(harness: &dyn Harness) -> Result<()> {
    let secrets = harness.secrets();
    let telling = secrets.join(" ");
    let refusal = serde_json::json!({ "code": telling, "message": telling }).to_string();
    let told = [400, 401, 404, 500].map(|status| Fault::Canned {
        status,
        body: refusal.clone(),
    });
    let faults = LOST.into_iter().chain(UNREADABLE).chain(IDLE).chain(told);
    let nobody = Fault::Canned {
        status: 200,
        body: telling,
    };
    for fault in faults.chain([nobody, Fault::RateLimited]) {
        for said in what_is_said(harness, harness.impatient(), &fault).await? {
            let found = secrets.iter().find(|secret| said.contains(*secret));
            ensure!(found.is_none(), "{found:?} in {said} after {fault:?}");
        }
    }
    let said = format!("{:?} {:?}", harness.provider(), harness.with_a_wrong_key());
    ensure!(
        !secrets.iter().any(|secret| said.contains(secret)),
        "{said}"
    );
    Ok(())
}

/// Everything that is said about a fault, in every call that can meet it.
async fn what_is_said(
    harness: &dyn Harness,
    provider: &dyn Provider,
    fault: &Fault,
) -> Result<Vec<String>> {
    let order = new_order(harness, "100").await?;
    let (unknown, since) = (harness.unknown_order(), Timestamp::from_millis(0));
    for asked in [Asked::Create, Asked::List, Asked::Verify, Asked::Execute] {
        harness.fail_once(harness.operation(asked), fault.clone());
    }
    let (created, listed, verified, executed) = tokio::join!(
        provider.create(&order),
        provider.list(&order.user, since),
        provider.verification(&order.user),
        provider.execute(&unknown, None),
    );
    let errors = [listed.err(), verified.err(), executed.err()]
        .into_iter()
        .flatten();
    let mut said: Vec<_> = errors.map(|error| full_text(&error)).collect();
    match created {
        CreateOutcome::NotSent(error) | CreateOutcome::Uncertain(error) => {
            said.push(full_text(&error));
        }
        CreateOutcome::Refused(refusal) => said.push(full_text(&refusal)),
        CreateOutcome::Created(_) => {}
    }
    Ok(said)
}

/// An error with all that is behind it, for people and for programmers.
pub(crate) fn full_text(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    text
}

pub(crate) async fn no_log_line_holds_a_secret(harness: &dyn Harness) -> Result<()> {
    let log = Log::default();
    let logging = log.everything();
    let order = created(harness, "100").await?;
    harness
        .provider()
        .read(&harness.verified_payer(), &order.reference)
        .await?;
    harness
        .provider()
        .verification(&harness.verified_payer())
        .await?;
    for fault in [Fault::ResetAfter, Fault::MalformedJson, Fault::BadGateway] {
        what_is_said(harness, harness.impatient(), &fault).await?;
    }
    drop(logging);

    let lines = log.text();
    for expected in [
        r#""operation":"create""#,
        r#""status":502"#,
        r#""duration_ms":"#,
    ] {
        ensure!(lines.contains(expected), "no {expected} in {lines}");
    }
    for secret in harness.secrets() {
        ensure!(!lines.contains(&secret), "{secret} in {lines}");
    }
    Ok(())
}
