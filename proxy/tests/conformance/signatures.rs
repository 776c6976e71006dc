//! Crypto that moves by a signature: what is signed, and how often it moves.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use offramp_domain::{
    api::Action,
    money::Token,
    order::{Custody, OrderState},
};
use offramp_proxy::provider::{
    ActOutcome, Expected, LocalFacts, ProviderError, ProviderRef, Purpose, Refusal, SigningError,
    ToSign,
};
use offramp_simulator::{Fault, Operation};
use serde_json::Value;

use super::harness::{Harness, amount, created, is_signed_for};

pub(crate) async fn nothing_is_signed_before_it_is_asked_for(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let order = created(harness, "100").await?.reference;
    for purpose in [Purpose::Transfer, Purpose::Refund] {
        let expected = harness.expected(&order, purpose, "100")?;
        let refused = harness.provider().to_sign(&expected).await;
        let Err(SigningError::Provider(ProviderError::Refused(refusal))) = refused else {
            bail!("{refused:?}")
        };
        assert_eq!(refusal, Refusal::NotPossibleNow, "{purpose:?}");
    }
    Ok(())
}

/// Every fact of an order counts.
pub(crate) async fn nothing_is_signed_but_what_was_agreed(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let order = created(harness, "100").await?.reference;
    harness.accept(&order)?;
    let agreed = harness.expected(&order, Purpose::Transfer, "100")?;
    harness.provider().to_sign(&agreed).await?;
    let stranger = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC".to_owned();
    let others = [
        Expected {
            crypto_amount: amount("99.99")?,
            ..agreed.clone()
        },
        Expected {
            crypto_amount: amount("100.01")?,
            ..agreed.clone()
        },
        Expected {
            token: Token::Usdc,
            ..agreed.clone()
        },
        Expected {
            contract: Some(stranger.clone()),
            ..agreed.clone()
        },
        Expected {
            contract: None,
            ..agreed.clone()
        },
        Expected {
            decimals: 18,
            ..agreed.clone()
        },
        Expected {
            signer: Some(stranger),
            ..agreed
        },
    ];
    for expected in others {
        let handed_out = harness.provider().to_sign(&expected).await;
        ensure!(
            matches!(handed_out, Err(SigningError::Unexpected(_))),
            "{handed_out:?} for {expected:?}"
        );
    }
    Ok(())
}

/// What is not signed, to the byte and by whom it has to be, is not handed in.
pub(crate) async fn a_signature_of_other_bytes_is_none(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let provider = harness.provider();
    let request = transfer(harness).await?;
    let signature = harness.sign(&request)?;
    assert!(provider.is_signed(&request, &signature));
    for altered in altered(&request) {
        ensure!(
            !provider.is_signed(&altered, &signature),
            "{}",
            altered.typed_data
        );
        // Nobody signs some of them at all.
        if let Ok(other) = harness.sign(&altered) {
            ensure!(
                !provider.is_signed(&request, &other),
                "{}",
                altered.typed_data
            );
        }
    }
    let refund = ToSign {
        purpose: Purpose::Refund,
        ..request.clone()
    };
    assert!(!provider.is_signed(&refund, &signature));
    let strangers = harness.sign_as_a_stranger(&request)?;
    for wrong in [strangers.as_str(), "", "0x", "0x00", &signature[..130]] {
        ensure!(!provider.is_signed(&request, wrong), "{wrong}");
    }
    assert_eq!(harness.requests(Operation::Authorise), 0);
    Ok(())
}

/// Each with one member of what is signed altered.
fn altered(request: &ToSign) -> Vec<ToSign> {
    let mut all = Vec::new();
    for part in ["domain", "message"] {
        let Some(members) = request.typed_data[part].as_object() else {
            continue;
        };
        for (key, value) in members {
            let mut typed_data = request.typed_data.clone();
            typed_data[part][key] = another(value);
            all.push(ToSign {
                typed_data,
                ..request.clone()
            });
        }
    }
    all
}

/// Something else of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let (rest, last) = text.split_at(text.len().saturating_sub(1));
            let last = if last == "1" { "2" } else { "1" };
            Value::String(format!("{rest}{last}"))
        }
        Value::Number(number) => (number.as_u64().unwrap_or_default() + 1).into(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Value::Null,
    }
}

pub(crate) async fn an_order_is_paid_once(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let provider = harness.provider();
    let request = transfer(harness).await?;
    let signature = harness.sign(&request)?;
    let first = provider.hand_in(&request, &signature).await?;
    ensure!(matches!(first, ActOutcome::Done { .. }), "{first:?}");
    for _ in 0..2 {
        let again = provider.hand_in(&request, &signature).await?;
        assert_eq!(again, ActOutcome::Refused(Refusal::NotPossibleNow));
        harness.pass_time(Duration::from_secs(3));
    }
    // Nor is anything handed out to be signed a second time.
    let reference = ProviderRef(request.reference.clone());
    let expected = harness.expected(&reference, Purpose::Transfer, "100")?;
    let refused = provider.to_sign(&expected).await;
    ensure!(
        matches!(
            refused,
            Err(SigningError::Provider(ProviderError::Refused(_)))
        ),
        "{refused:?}"
    );
    assert_eq!(harness.transfers(&reference)?, 1);
    let read = provider.read(&harness.verified_payer(), &reference).await?;
    let stands = provider.assess(&read, &LocalFacts::default());
    ensure!(
        !stands.actions.contains(&Action::AuthoriseTransfer),
        "{stands:?}"
    );
    Ok(())
}

/// It is sent once, and whoever hands the same in again moves nothing twice.
pub(crate) async fn a_lost_answer_to_a_signature_is_uncertain(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    for fault in [
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
        Fault::ResetAfter,
        Fault::ServerErrorAfter,
        Fault::MalformedJson,
        Fault::EmptyBody,
        Fault::AnotherId,
        Fault::Redirect,
        Fault::BadGateway,
    ] {
        let request = transfer(harness).await?;
        let reference = ProviderRef(request.reference.clone());
        let signature = harness.sign(&request)?;
        let before = harness.requests(Operation::Authorise);
        harness.fail_once(Operation::Authorise, fault.clone());
        let lost = harness.impatient().hand_in(&request, &signature).await;
        ensure!(
            matches!(lost, Err(ProviderError::Unavailable(_))),
            "{lost:?} after {fault:?}"
        );
        assert_eq!(harness.requests(Operation::Authorise), before + 1);
        harness.provider().hand_in(&request, &signature).await?;
        harness.pass_time(Duration::from_secs(5));
        assert_eq!(harness.transfers(&reference)?, 1, "{fault:?}");
    }
    Ok(())
}

pub(crate) async fn money_is_never_confirmed_by_itself(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let (provider, user) = (harness.provider(), harness.verified_payer());
    let order = created(harness, "100").await?.reference;
    harness.deposit(&order).await?;
    for _ in 0..3 {
        harness.pass_time(Duration::from_hours(6));
        let read = provider.read(&user, &order).await?;
        let stands = provider.assess(&read, &LocalFacts::default());
        assert_eq!(
            (stands.state, stands.custody),
            (OrderState::AwaitingConfirmation, Custody::Escrow)
        );
    }
    assert_eq!(harness.requests(Operation::Confirm), 0);
    Ok(())
}

pub(crate) async fn a_confirmation_may_be_repeated(harness: &dyn Harness) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let provider = harness.provider();
    let order = created(harness, "100").await?.reference;
    let early = provider.confirm(&order).await?;
    assert_eq!(early, ActOutcome::Refused(Refusal::NotPossibleNow));
    harness.deposit(&order).await?;
    harness.fail_once(Operation::Confirm, Fault::ResetAfter);
    let lost = provider.confirm(&order).await;
    ensure!(
        matches!(lost, Err(ProviderError::Unavailable(_))),
        "{lost:?}"
    );
    for _ in 0..2 {
        let again = provider.confirm(&order).await?;
        ensure!(matches!(again, ActOutcome::Done { .. }), "{again:?}");
        harness.pass_time(Duration::from_mins(1));
    }
    Ok(())
}

pub(crate) async fn what_is_owed_back_takes_a_signature_of_its_own(
    harness: &dyn Harness,
) -> Result<()> {
    if !is_signed_for(harness.provider()) {
        return Ok(());
    }
    let (provider, user) = (harness.provider(), harness.verified_payer());
    let order = created(harness, "100").await?.reference;
    harness.deposit(&order).await?;
    harness.stop_payout(&order)?;
    let owed = provider.read(&user, &order).await?;
    let facts = LocalFacts {
        ever_funded: true,
        transfer_signed: true,
        ..LocalFacts::default()
    };
    let stands = provider.assess(&owed, &facts);
    assert_eq!(
        (stands.state, stands.custody, stands.actions.as_slice()),
        (
            OrderState::RefundRequired,
            Custody::Escrow,
            &[Action::AuthoriseRefund][..]
        )
    );

    let less = harness.expected(&order, Purpose::Refund, "99")?;
    let refused = provider.to_sign(&less).await;
    ensure!(
        matches!(refused, Err(SigningError::Unexpected(_))),
        "{refused:?}"
    );
    let expected = harness.expected(&order, Purpose::Refund, "100")?;
    let request = provider.to_sign(&expected).await?;
    let signature = harness.sign(&request)?;
    assert!(provider.is_signed(&request, &signature));
    let done = provider.hand_in(&request, &signature).await?;
    ensure!(matches!(done, ActOutcome::Done { .. }), "{done:?}");
    let again = provider.hand_in(&request, &signature).await?;
    assert_eq!(again, ActOutcome::Refused(Refusal::NotPossibleNow));
    let back = provider.read(&user, &order).await?;
    let facts = LocalFacts {
        refund_signed: true,
        ..facts
    };
    let stands = provider.assess(&back, &facts);
    assert_eq!(
        (stands.state, stands.custody),
        (OrderState::Refunded, Custody::Returned)
    );
    Ok(())
}

/// What has to be signed for a new order that somebody has accepted.
async fn transfer(harness: &dyn Harness) -> Result<ToSign> {
    let order = created(harness, "100").await?.reference;
    harness.accept(&order)?;
    let expected = harness.expected(&order, Purpose::Transfer, "100")?;
    Ok(harness.provider().to_sign(&expected).await?)
}
