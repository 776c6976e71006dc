//! The partner's backend hears about its orders: of each in the order in which it changed, again and
//! again until it says that it heard.

use std::{sync::Arc, time::Duration};

use offramp_domain::api::{NotificationBody, NotificationData};
use reqwest::StatusCode;
use tracing::{debug, error, warn};

use super::{Engine, duties::Work};
use crate::{
    catalog::Catalogs,
    config::Config,
    correlation::duty,
    notify::{Endpoint, Unheard},
    store::{DueNotification, Store, StoreError},
    view::{Viewer, view},
};

/// How long whoever sends one keeps the others from it: longer than an answer takes.
const LEASE: Duration = Duration::from_mins(1);

/// How many are looked for at a time.
const BATCH: u32 = 32;

/// How long to wait after each attempt that failed, as Standard Webhooks recommend. After the last
/// one it is given up.
const AGAIN_AFTER: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// A store that keeps what is to be told, where there is somebody to tell it to.
pub(super) fn telling(store: Store, config: &Config, catalogs: Arc<Catalogs>) -> Store {
    if config.notify.is_none() {
        return store;
    }
    let secrets = store.secrets().clone();
    store.telling(move |order, kind| {
        serde_json::to_string(&NotificationBody {
            kind,
            timestamp: order.updated_at,
            data: NotificationData {
                order: view(order, Viewer::Partner, &catalogs, &secrets),
            },
        })
    })
}

impl Engine {
    /// Begins to send what is due, as far as there is room.
    pub(super) async fn begin_notifications(
        self: &Arc<Self>,
        work: &mut Work,
    ) -> Result<(), StoreError> {
        let Some(endpoint) = &self.config.notify else {
            return Ok(());
        };
        let now = self.now();
        for due in self.store.due_notifications(now, BATCH).await? {
            let Some(place) = endpoint.place() else {
                return Ok(());
            };
            let Some(claim) = self.claim(&format!("notify {}", due.order_id)) else {
                continue;
            };
            if !self.store.lease_notification(&due, now, LEASE).await? {
                continue;
            }
            let (engine, endpoint) = (Arc::clone(self), endpoint.clone());
            work.spawn(async move {
                let (_claim, _place) = (claim, place);
                let order_id = due.order_id.clone();
                duty("notify", Some(&order_id), engine.notify(&endpoint, due)).await
            });
        }
        Ok(())
    }

    async fn notify(&self, endpoint: &Endpoint, due: DueNotification) -> Result<(), StoreError> {
        let sent = endpoint.post(&due.id, due.body.clone(), self.now()).await;
        let now = self.now();
        let unheard = match sent {
            Ok(()) => {
                debug!(
                    notification.id = due.id,
                    order.id = due.order_id,
                    "notified"
                );
                self.store.notification_delivered(&due, now).await?;
                // The next one of the same order waits for this.
                self.hurry();
                return Ok(());
            }
            Err(unheard) => unheard,
        };
        let problem = unheard.to_string();
        if let Some(wait) = again_after(due.attempts, &unheard) {
            warn!(
                notification.id = due.id,
                order.id = due.order_id,
                attempts = due.attempts + 1,
                error = &unheard as &dyn std::error::Error,
                "a notification did not arrive; it is sent again"
            );
            let next_at = now.plus(wait);
            self.store.retry_notification(&due, &problem, next_at).await
        } else {
            error!(
                notification.id = due.id,
                order.id = due.order_id,
                attempts = due.attempts + 1,
                error = &unheard as &dyn std::error::Error,
                "a notification did not arrive; it is given up until the partner asks for it"
            );
            self.store.notification_dead(&due, &problem, now).await?;
            self.hurry();
            Ok(())
        }
    }
}

/// How long to wait until one is sent again that was sent in vain `attempts` times before this one;
/// nothing when it is given up.
fn again_after(attempts: u32, unheard: &Unheard) -> Option<Duration> {
    let asked = match unheard {
        Unheard::Answered {
            status: StatusCode::GONE,
            ..
        } => return None,
        Unheard::Answered { retry_after, .. } => *retry_after,
        Unheard::TimedOut | Unheard::Unreachable(_) => None,
    };
    let planned = *AGAIN_AFTER.get(usize::try_from(attempts).ok()?)?;
    let wait = planned.max(asked.unwrap_or_default());
    // Up to a tenth more, so that what failed together does not come back together.
    let jitter = rand::random_range(0..=wait.as_millis() / 10);
    Some(wait + Duration::from_millis(u64::try_from(jitter).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<u64>) -> Unheard {
        Unheard::Answered {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[track_caller]
    fn is_about(wait: Option<Duration>, planned: Duration) {
        let wait = wait.unwrap();
        assert!(
            (planned..=planned * 11 / 10).contains(&wait),
            "{wait:?} is not about {planned:?}"
        );
    }

    #[test]
    fn it_is_sent_ten_times_over_three_days() {
        for (attempts, planned) in (0..).zip(AGAIN_AFTER) {
            is_about(again_after(attempts, &Unheard::TimedOut), planned);
        }
        assert_eq!(again_after(9, &Unheard::TimedOut), None);
        assert_eq!(again_after(u32::MAX, &Unheard::TimedOut), None);
        let days = AGAIN_AFTER.iter().sum::<Duration>();
        assert_eq!(days, Duration::from_secs(75 * 3_600 + 35 * 60 + 5));
    }

    #[test]
    fn an_endpoint_that_is_gone_is_not_asked_again() {
        assert_eq!(again_after(0, &answered(410, None)), None);
        is_about(again_after(0, &answered(404, None)), Duration::from_secs(5));
        is_about(again_after(0, &answered(308, None)), Duration::from_secs(5));
    }

    #[test]
    fn an_endpoint_that_asks_for_time_gets_it() {
        let minute = Duration::from_mins(1);
        is_about(again_after(0, &answered(429, Some(60))), minute);
        let planned = Duration::from_mins(5);
        is_about(again_after(1, &answered(503, Some(60))), planned);
    }
}
