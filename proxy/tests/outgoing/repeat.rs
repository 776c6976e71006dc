//! What is asked again, how often, and when.

use std::time::{Duration, Instant};

use anyhow::Result;
use offramp_proxy::{
    clock::Clock,
    outgoing::{Limits, NotSent, Policy, Unanswered},
};

use super::{
    client, create, patient, read,
    stub::{Reply, Stub, answer},
};

fn repeating() -> Policy {
    Policy {
        repeats: 2,
        ..patient()
    }
}

/// The status that a call ends with, and how often it was made.
async fn outcome(replies: Vec<Reply>, call: &super::Call<'_>) -> Result<(Option<u16>, usize)> {
    let stub = Stub::replying(replies).await?;
    let client = client(&stub.url, repeating(), Clock::system())?;
    let status = client.send(call).await.ok();
    let status = status.map(|answer| answer.status.as_u16());
    Ok((status, stub.requests().len()))
}

fn failing(status: u16) -> Reply {
    answer(status, "", "")
}

#[tokio::test]
async fn what_reads_is_asked_again_after_a_failure_that_may_pass() -> Result<()> {
    let ok = || answer(200, "", "{}");
    for first in [
        failing(500),
        failing(502),
        failing(503),
        failing(429),
        Reply::Cut(Vec::new()),
        Reply::Reset(Vec::new()),
    ] {
        let ended = outcome(vec![first.clone(), ok()], &read()).await?;
        assert_eq!(ended, (Some(200), 2), "{first:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_is_asked_three_times_at_most() -> Result<()> {
    assert_eq!(outcome(vec![failing(503)], &read()).await?, (Some(503), 3));
    let cut = Reply::Cut(Vec::new());
    assert_eq!(outcome(vec![cut], &read()).await?, (None, 3));
    Ok(())
}

#[tokio::test]
async fn what_will_not_pass_is_not_asked_again() -> Result<()> {
    for status in [200, 201, 301, 307, 400, 401, 403, 404, 409, 422] {
        assert_eq!(
            outcome(vec![failing(status)], &read()).await?,
            (Some(status), 1)
        );
    }
    let encoded = answer(200, "content-encoding: gzip\r\n", "");
    assert_eq!(outcome(vec![encoded], &read()).await?, (None, 1));
    Ok(())
}

#[tokio::test]
async fn what_may_be_done_twice_is_never_sent_twice() -> Result<()> {
    for reply in [
        failing(500),
        failing(429),
        Reply::Cut(Vec::new()),
        Reply::Reset(Vec::new()),
        answer(503, "retry-after: 0\r\n", ""),
    ] {
        let (_, times) = outcome(vec![reply.clone()], &create()).await?;
        assert_eq!(times, 1, "{reply:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_provider_that_asks_for_time_gets_it() -> Result<()> {
    let roomy = super::Call {
        limits: Limits {
            headers: Duration::from_secs(8),
            whole: Duration::from_secs(8),
        },
        ..read()
    };
    let begun = Instant::now();
    let slow_down = answer(429, "retry-after: 1\r\n", "");
    let ended = outcome(vec![slow_down, answer(200, "", "{}")], &roomy).await?;
    assert_eq!(ended, (Some(200), 2));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    Ok(())
}

#[tokio::test]
async fn a_pause_that_is_too_long_is_left_to_the_caller() -> Result<()> {
    let stub = Stub::replying(vec![answer(429, "retry-after: 600\r\n", "")]).await?;
    let client = client(&stub.url, repeating(), Clock::system())?;
    let begun = Instant::now();
    let answer = client.send(&read()).await?;
    assert_eq!(
        (answer.status.as_u16(), answer.retry_after_secs),
        (429, Some(600))
    );
    assert_eq!(stub.requests().len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(1));
    Ok(())
}

#[tokio::test]
async fn all_attempts_together_keep_to_the_time_of_one() -> Result<()> {
    let stub = Stub::replying(vec![Reply::Silence]).await?;
    let client = client(&stub.url, repeating(), Clock::system())?;
    let begun = Instant::now();
    let failure = client.send(&read()).await.err();
    assert!(matches!(failure, Some(Unanswered::TimedOut)), "{failure:?}");
    assert!(begun.elapsed() < super::LIMITS.whole + Duration::from_secs(1));
    assert_eq!(stub.requests().len(), 1);
    Ok(())
}

#[tokio::test]
async fn so_many_calls_are_under_way_at_once_and_no_more() -> Result<()> {
    let policy = Policy {
        most_in_flight: 2,
        wait_in_line: Duration::from_millis(100),
        ..patient()
    };
    let stub = Stub::replying(vec![Reply::Silence]).await?;
    let client = client(&stub.url, policy, Clock::system())?;
    let call = create();
    let third = async {
        while stub.requests().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        client.send(&call).await
    };
    let (_, _, third) = tokio::join!(client.send(&call), client.send(&call), third);
    let failure = third.err();
    assert!(
        matches!(failure, Some(Unanswered::NotSent(NotSent::Busy))),
        "{failure:?}"
    );
    assert_eq!(stub.requests().len(), 2);
    Ok(())
}
