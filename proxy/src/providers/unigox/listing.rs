//! Reading UNIGOX' list to its end, page by page, while it may grow at its beginning (contract 11).
//!
//! An order is *absent* only where a list is complete, so a list is called complete only when that
//! is certain. Orders come newest first (U-10): what is added while the pages are read pushes others
//! to later pages, where they are met once more, and hides none.

use std::collections::HashSet;

use offramp_domain::time::Timestamp;

use crate::provider::{Listing, Snapshot};

/// Orders on a page: the most that UNIGOX gives.
pub(super) const PAGE: usize = 100;

/// Most pages of one reading.
const PAGES: usize = 20;

/// Something on a page.
pub(super) enum Item {
    /// An order that says which of ours it is.
    Order(Box<Snapshot>),
    /// An order of UNIGOX' own widget.
    Foreign { created_at: Option<Timestamp> },
    /// Something that may be an order of ours.
    Unreadable { created_at: Option<Timestamp> },
}

/// One page.
pub(super) struct Listed {
    pub(super) items: Vec<Item>,
    /// How many pages there are.
    pub(super) pages: usize,
    pub(super) provider_now: Option<Timestamp>,
}

/// A list that is being read.
pub(super) struct Reading {
    since: Timestamp,
    orders: Vec<Snapshot>,
    met: HashSet<String>,
    provider_now: Option<Timestamp>,
    pages: usize,
    last: Option<Timestamp>,
    sequence: Sequence,
    gaps: Gaps,
}

/// Whether the orders came newest first, so that after an old one there are only older ones.
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
            met: HashSet::new(),
            provider_now: None,
            pages: 0,
            last: None,
            sequence: Sequence::Kept,
            gaps: Gaps::None,
        }
    }

    /// The number of the next page.
    pub(super) fn next_page(&self) -> usize {
        self.pages + 1
    }

    pub(super) fn take(&mut self, page: Listed) -> Progress {
        self.pages += 1;
        // What is not on the first page may have come after it was read.
        self.provider_now = self.provider_now.or(page.provider_now);
        let is_empty = page.items.is_empty();
        page.items.into_iter().for_each(|item| self.pass(item));
        let is_old = self.last.is_some_and(|at| at < self.since);
        if self.pages >= page.pages || (is_old && self.sequence == Sequence::Kept) {
            self.over(Gaps::None)
        } else if is_empty || self.pages == PAGES {
            self.over(Gaps::Some)
        } else {
            Progress::More
        }
    }

    fn pass(&mut self, item: Item) {
        let created_at = item.created_at();
        let is_next = created_at.is_some_and(|at| self.last.is_none_or(|last| at <= last));
        // One that is met again stands where it stood.
        if let Item::Order(snapshot) = &item
            && self.met.contains(&snapshot.reference.0)
        {
            return;
        }
        if !is_next {
            self.sequence = Sequence::Broken;
        }
        self.last = created_at.or(self.last);
        if created_at.is_some_and(|at| at < self.since) {
            return;
        }
        match item {
            Item::Order(snapshot) => {
                self.met.insert(snapshot.reference.0.clone());
                self.orders.push(*snapshot);
            }
            Item::Foreign { .. } => {}
            Item::Unreadable { .. } => self.gaps = Gaps::Some,
        }
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
    fn created_at(&self) -> Option<Timestamp> {
        match self {
            Self::Order(snapshot) => snapshot.created_at,
            Self::Foreign { created_at } | Self::Unreadable { created_at } => *created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use offramp_domain::money::Amount;

    use super::*;
    use crate::provider::ProviderRef;

    const SINCE: i64 = 1_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn item(id: usize, created_at: i64) -> Item {
        let reference = ProviderRef(format!("o-{id}"));
        Item::Order(Box::new(Snapshot {
            created_at: Some(at(created_at)),
            ..Snapshot::new(reference, "created".to_owned(), Amount::ZERO)
        }))
    }

    /// Orders of a list, newest first: number `n` was created `n` before 9,000.
    fn items(range: std::ops::Range<usize>) -> Vec<Item> {
        let created = |n: usize| 9_000 - i64::try_from(n).unwrap();
        range.map(|n| item(n, created(n))).collect()
    }

    fn page(items: Vec<Item>, pages: usize) -> Listed {
        Listed {
            items,
            pages,
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
    fn the_last_page_is_the_end() {
        assert_eq!(over(reading().take(page(Vec::new(), 0))), (0, true));
        assert_eq!(over(reading().take(page(items(0..3), 1))), (3, true));
        let mut reading = reading();
        more(&reading.take(page(items(0..100), 2)));
        assert_eq!(reading.next_page(), 2);
        assert_eq!(over(reading.take(page(items(100..150), 2))), (150, true));
    }

    #[test]
    fn what_came_meanwhile_hides_nothing_and_is_met_once() {
        let mut reading = reading();
        more(&reading.take(page(items(0..100), 2)));
        assert_eq!(over(reading.take(page(items(97..150), 2))), (150, true));
    }

    #[test]
    fn reading_stops_at_an_order_from_before() {
        let mut newest_first = items(0..100);
        newest_first[99] = item(99, SINCE - 1);
        assert_eq!(over(reading().take(page(newest_first, 50))), (99, true));
    }

    #[test]
    fn an_order_from_before_says_nothing_where_the_sequence_is_broken() {
        let mut jumbled = items(0..100);
        jumbled[0] = item(0, 10);
        jumbled[99] = item(99, 10);
        let mut reading = reading();
        more(&reading.take(page(jumbled, 2)));
        assert_eq!(
            over(reading.take(page(vec![item(100, 8_000)], 2))),
            (99, true)
        );
    }

    #[test]
    fn what_cannot_be_read_leaves_a_gap_unless_it_is_old_or_the_widgets() {
        let since = |created_at| Item::Unreadable { created_at };
        assert_eq!(
            over(reading().take(page(vec![since(Some(at(SINCE)))], 1))),
            (0, false)
        );
        assert_eq!(over(reading().take(page(vec![since(None)], 1))), (0, false));
        assert_eq!(
            over(reading().take(page(vec![since(Some(at(SINCE - 1)))], 1))),
            (0, true)
        );
        let foreign = Item::Foreign {
            created_at: Some(at(SINCE)),
        };
        assert_eq!(over(reading().take(page(vec![foreign], 1))), (0, true));
    }

    #[test]
    fn an_empty_page_before_the_last_is_a_gap() {
        assert_eq!(over(reading().take(page(Vec::new(), 2))), (0, false));
    }

    #[test]
    fn a_list_without_end_is_given_up() {
        let mut reading = reading();
        for number in 0..PAGES - 1 {
            let first = number * PAGE;
            more(&reading.take(page(items(first..first + PAGE), usize::MAX)));
        }
        let last = items((PAGES - 1) * PAGE..PAGES * PAGE);
        assert_eq!(
            over(reading.take(page(last, usize::MAX))),
            (PAGES * PAGE, false)
        );
    }
}
