//! Reading Capa's list to its end, page by page, while it may grow at the other end.
//!
//! An order is *absent* only where a list is complete, so a list is called complete only when that
//! is certain: read to the end or to an order older than asked for, in the promised sequence, with
//! no page that has moved under the reader and no order that could not be read.

use offramp_domain::time::Timestamp;

use crate::provider::{Listing, Snapshot};

/// Orders on a page: the most that Capa gives.
pub(super) const PAGE: usize = 100;

/// Most pages of one reading.
const PAGES: usize = 20;

/// Something on a page.
pub(super) enum Item {
    /// An off-ramp of the payer.
    Order {
        id: String,
        created_at: Option<Timestamp>,
        snapshot: Box<Snapshot>,
    },
    /// Something that was not asked for.
    Other {
        id: String,
        created_at: Option<Timestamp>,
    },
    /// Something that may have been asked for.
    Unreadable {
        id: String,
        created_at: Option<Timestamp>,
    },
}

/// One page.
pub(super) struct Listed {
    pub(super) items: Vec<Item>,
    /// How many there are on all pages together, where that is said.
    pub(super) count: Option<usize>,
    pub(super) provider_now: Option<Timestamp>,
}

/// A list that is being read.
pub(super) struct Reading {
    since: Timestamp,
    orders: Vec<Snapshot>,
    provider_now: Option<Timestamp>,
    pages: usize,
    /// How many items lie behind.
    passed: usize,
    /// The last of them: the next page begins with it again, unless the list has moved.
    last: Option<(String, Option<Timestamp>)>,
    sequence: Sequence,
    gaps: Gaps,
}

/// Whether the items came newest first, so that after an old one there are only older ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sequence {
    Kept,
    Broken,
}

/// Whether something was passed that should have been listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gaps {
    None,
    Some,
}

/// How the reading goes on.
pub(super) enum Progress {
    /// With the next page.
    More,
    /// Not at all.
    Over(Listing),
}

impl Reading {
    pub(super) fn since(since: Timestamp) -> Self {
        Self {
            since,
            orders: Vec::new(),
            provider_now: None,
            pages: 0,
            passed: 0,
            last: None,
            sequence: Sequence::Kept,
            gaps: Gaps::None,
        }
    }

    /// How many items to leave out of the next page: all that lie behind but the last.
    pub(super) fn skip(&self) -> usize {
        self.passed.saturating_sub(1)
    }

    /// Takes the page that was asked for with [`Reading::skip`].
    pub(super) fn take(&mut self, page: Listed) -> Progress {
        self.pages += 1;
        // What is not on the first page may have come after it was read.
        self.provider_now = self.provider_now.or(page.provider_now);
        let size = page.items.len();
        let mut items = page.items.into_iter();
        if let Some((last, _)) = &self.last
            && items.next().is_none_or(|first| first.id() != last)
        {
            return self.over(Gaps::Some);
        }
        let passed_before = self.passed;
        items.for_each(|item| self.pass(item));

        let is_old = self
            .last
            .as_ref()
            .is_some_and(|(_, created_at)| self.is_old(*created_at));
        let is_end = size < PAGE && page.count.is_none_or(|count| self.passed >= count);
        if is_end || (is_old && self.sequence == Sequence::Kept) {
            self.over(Gaps::None)
        } else if self.passed == passed_before || self.pages == PAGES {
            self.over(Gaps::Some)
        } else {
            Progress::More
        }
    }

    fn pass(&mut self, item: Item) {
        let created_at = item.created_at();
        let before = self.last.replace((item.id().to_owned(), created_at));
        let is_next = created_at.is_some_and(|created_at| {
            before.is_none_or(|(_, before)| before.is_some_and(|before| created_at <= before))
        });
        if !is_next {
            self.sequence = Sequence::Broken;
        }
        self.passed += 1;
        if self.is_old(created_at) {
            return;
        }
        match item {
            Item::Order { snapshot, .. } => self.orders.push(*snapshot),
            Item::Other { .. } => {}
            Item::Unreadable { .. } => self.gaps = Gaps::Some,
        }
    }

    fn is_old(&self, created_at: Option<Timestamp>) -> bool {
        created_at.is_some_and(|created_at| created_at < self.since)
    }

    fn over(&mut self, gaps: Gaps) -> Progress {
        Progress::Over(Listing {
            orders: std::mem::take(&mut self.orders),
            complete: gaps == Gaps::None && self.gaps == Gaps::None,
            provider_now: self.provider_now,
        })
    }
}

impl Item {
    fn id(&self) -> &str {
        match self {
            Self::Order { id, .. } | Self::Other { id, .. } | Self::Unreadable { id, .. } => id,
        }
    }

    fn created_at(&self) -> Option<Timestamp> {
        match self {
            Self::Order { created_at, .. }
            | Self::Other { created_at, .. }
            | Self::Unreadable { created_at, .. } => *created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::money::Amount;

    use super::*;
    use crate::provider::ProviderRef;

    const SINCE: i64 = 1_000;

    fn item(id: usize, created_at: i64) -> Item {
        let created_at = Some(Timestamp::from_millis(created_at));
        let id = format!("t-{id}");
        let snapshot = Box::new(Snapshot {
            created_at,
            ..Snapshot::new(ProviderRef(id.clone()), "PENDING".to_owned(), Amount::ZERO)
        });
        Item::Order {
            id,
            created_at,
            snapshot,
        }
    }

    /// Items of a list, newest first: number `n` was created `n` before 9,000.
    fn items(range: std::ops::Range<usize>) -> Vec<Item> {
        range
            .map(|n| item(n, 9_000 - i64::try_from(n).unwrap()))
            .collect()
    }

    fn page(items: Vec<Item>, count: usize) -> Listed {
        Listed {
            items,
            count: Some(count),
            provider_now: None,
        }
    }

    fn reading() -> Reading {
        Reading::since(Timestamp::from_millis(SINCE))
    }

    #[track_caller]
    fn over(progress: Progress) -> (usize, bool) {
        match progress {
            Progress::Over(listing) => (listing.orders.len(), listing.complete),
            Progress::More => panic!("there is more to read"),
        }
    }

    #[track_caller]
    fn more(progress: &Progress) {
        assert!(matches!(progress, Progress::More), "the reading is over");
    }

    #[test]
    fn a_short_page_is_the_end() {
        assert_eq!(over(reading().take(page(Vec::new(), 0))), (0, true));
        assert_eq!(over(reading().take(page(items(0..3), 3))), (3, true));
        let uncounted = Listed {
            items: items(0..3),
            count: None,
            provider_now: None,
        };
        assert_eq!(over(reading().take(uncounted)), (3, true));
    }

    #[test]
    fn every_page_begins_where_the_last_one_ended() {
        let mut reading = reading();
        assert_eq!(reading.skip(), 0);
        more(&reading.take(page(items(0..100), 150)));
        assert_eq!(reading.skip(), 99);
        assert_eq!(over(reading.take(page(items(99..150), 150))), (150, true));
    }

    #[test]
    fn a_list_that_moved_is_not_complete() {
        for moved in [items(98..150), items(100..150), Vec::new()] {
            let mut reading = reading();
            more(&reading.take(page(items(0..100), 150)));
            assert_eq!(over(reading.take(page(moved, 150))), (100, false));
        }
    }

    #[test]
    fn reading_stops_at_an_order_from_before() {
        let mut newest_first = items(0..100);
        newest_first[98] = item(98, SINCE);
        newest_first[99] = item(99, SINCE - 1);
        assert_eq!(over(reading().take(page(newest_first, 5_000))), (99, true));
    }

    #[test]
    fn an_order_from_before_says_nothing_where_the_sequence_is_broken() {
        let mut jumbled = items(0..100);
        jumbled[0] = item(0, 10);
        jumbled[99] = item(99, 10);
        let mut reading = reading();
        more(&reading.take(page(jumbled, 101)));
        let rest = vec![item(99, 10), item(100, 8_000)];
        assert_eq!(over(reading.take(page(rest, 101))), (99, true));
    }

    #[test]
    fn an_order_without_a_date_is_listed() {
        let mut undated = item(0, 0);
        if let Item::Order { created_at, .. } = &mut undated {
            *created_at = None;
        }
        assert_eq!(over(reading().take(page(vec![undated], 1))), (1, true));
    }

    #[test]
    fn an_order_that_cannot_be_read_leaves_a_gap_unless_it_is_old() {
        let unreadable = |at| Item::Unreadable {
            id: "t-9".to_owned(),
            created_at: Some(Timestamp::from_millis(at)),
        };
        assert_eq!(
            over(reading().take(page(vec![unreadable(SINCE)], 1))),
            (0, false)
        );
        assert_eq!(
            over(reading().take(page(vec![unreadable(SINCE - 1)], 1))),
            (0, true)
        );
    }

    #[test]
    fn pages_shorter_than_asked_for_are_read_on_while_there_is_more() {
        let mut reading = reading();
        more(&reading.take(page(items(0..20), 30)));
        assert_eq!(reading.skip(), 19);
        assert_eq!(over(reading.take(page(items(19..30), 30))), (30, true));
    }

    #[test]
    fn a_page_that_repeats_itself_ends_the_reading() {
        let mut reading = reading();
        more(&reading.take(page(items(0..20), 30)));
        assert_eq!(over(reading.take(page(items(19..20), 30))), (20, false));
    }

    #[test]
    fn a_list_without_end_is_given_up() {
        let mut reading = reading();
        for _ in 1..PAGES {
            let skip = reading.skip();
            more(&reading.take(page(items(skip..skip + PAGE), usize::MAX)));
        }
        let skip = reading.skip();
        let (orders, complete) = over(reading.take(page(items(skip..skip + PAGE), usize::MAX)));
        assert_eq!((orders, complete), (PAGES * (PAGE - 1) + 1, false));
    }
}
