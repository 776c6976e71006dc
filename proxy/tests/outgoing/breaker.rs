//! A provider that is left alone, and tried again, on a clock that is held.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use offramp_domain::time::Timestamp;
use offramp_proxy::{
    clock::Clock,
    outgoing::{Call, Client, NotSent, Policy, Unanswered},
};

use super::{
    client, create, patient, read,
    stub::{Reply, Stub, answer},
};

/// A client that leaves its provider alone for five seconds after two failures.
struct Bench {
    client: Client,
    stub: Stub,
    millis: Arc<AtomicI64>,
}

impl Bench {
    async fn replying(replies: Vec<Reply>) -> Result<Self> {
        let stub = Stub::replying(replies).await?;
        let millis = Arc::new(AtomicI64::new(1_777_636_800_000));
        let shared = Arc::clone(&millis);
        let clock = Clock::from_fn(move || Timestamp::from_millis(shared.load(Ordering::Relaxed)));
        let policy = Policy {
            failures_to_open: NonZeroU32::new(2).context("zero")?,
            open_for: Duration::from_secs(5),
            ..patient()
        };
        Ok(Self {
            client: client(&stub.url, policy, clock)?,
            stub,
            millis,
        })
    }

    fn pass(&self, secs: i64) {
        self.millis.fetch_add(secs * 1_000, Ordering::Relaxed);
    }

    /// The status of the answer; none, where the call was not sent.
    async fn status(&self, call: &Call<'_>) -> Result<Option<u16>> {
        match self.client.send(call).await {
            Ok(answer) => Ok(Some(answer.status.as_u16())),
            Err(Unanswered::NotSent(NotSent::Open { .. })) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

fn failing() -> Reply {
    answer(500, "", "")
}

fn fine() -> Reply {
    answer(200, "", "{}")
}

#[tokio::test]
async fn what_is_not_sent_does_not_arrive() -> Result<()> {
    let bench = Bench::replying(vec![failing()]).await?;
    assert_eq!(bench.status(&read()).await?, Some(500));
    assert_eq!(bench.status(&create()).await?, Some(500));
    for call in [read(), create(), read()] {
        assert_eq!(bench.status(&call).await?, None);
    }
    assert!(bench.client.ready().is_err());
    assert_eq!(bench.stub.requests().len(), 2);
    Ok(())
}

#[tokio::test]
async fn it_is_tried_with_a_reading_and_never_with_an_order() -> Result<()> {
    let bench = Bench::replying(vec![failing(), failing(), fine()]).await?;
    for _ in 0..2 {
        bench.status(&read()).await?;
    }
    bench.pass(5);
    assert_eq!(bench.status(&create()).await?, None);
    assert_eq!(bench.stub.requests().len(), 2);
    assert_eq!(bench.status(&read()).await?, Some(200));
    assert_eq!(bench.status(&create()).await?, Some(200));
    Ok(())
}

#[tokio::test]
async fn a_trial_that_fails_leaves_it_alone_again() -> Result<()> {
    let bench = Bench::replying(vec![failing(), failing(), failing(), fine()]).await?;
    for _ in 0..2 {
        bench.status(&read()).await?;
    }
    bench.pass(5);
    assert_eq!(bench.status(&read()).await?, Some(500));
    bench.pass(4);
    assert_eq!(bench.status(&read()).await?, None);
    bench.pass(1);
    assert_eq!(bench.status(&read()).await?, Some(200));
    Ok(())
}

#[tokio::test]
async fn one_call_at_a_time_tries_it() -> Result<()> {
    let slow = Reply::Drip(
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(),
        Duration::from_millis(5),
    );
    let bench = Bench::replying(vec![failing(), failing(), slow]).await?;
    for _ in 0..2 {
        bench.status(&read()).await?;
    }
    bench.pass(5);
    let (read, other) = (read(), super::read());
    let (first, second) = tokio::join!(bench.status(&read), bench.status(&other));
    assert_eq!((first?, second?), (Some(200), None));
    assert_eq!(bench.stub.requests().len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_keeps_it_in_use() -> Result<()> {
    let refusals = [400, 401, 404, 409, 422, 429, 307];
    let replies = refusals.map(|status| answer(status, "", ""));
    let bench = Bench::replying(replies.to_vec()).await?;
    for status in refusals {
        assert_eq!(bench.status(&create()).await?, Some(status));
    }
    assert!(bench.client.ready().is_ok());
    Ok(())
}

#[tokio::test]
async fn a_trial_that_is_given_up_makes_room_for_the_next() -> Result<()> {
    let bench = Bench::replying(vec![failing(), failing(), Reply::Silence, fine()]).await?;
    for _ in 0..2 {
        bench.status(&read()).await?;
    }
    bench.pass(5);
    let given_up = tokio::time::timeout(Duration::from_millis(100), bench.status(&read())).await;
    assert!(given_up.is_err());
    assert_eq!(bench.status(&read()).await?, Some(200));
    Ok(())
}
