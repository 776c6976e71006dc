//! Reading Capa's notification history, page by page (contract 7.5).
//!
//! No source says in which order it comes. Newest first is assumed; where it is not, it is read to
//! its end, or as far as is allowed.

use std::collections::HashSet;

use offramp_domain::time::Timestamp;

use crate::provider::{History, Notice};

/// Notifications on a page: the most that Capa gives.
pub(super) const PAGE: usize = 100;

/// Most pages of one reading.
const PAGES: usize = 20;

/// A notification on a page.
pub(super) struct Told {
    pub(super) notice: Notice,
    pub(super) created_at: Option<Timestamp>,
}

/// One page.
pub(super) struct Page {
    /// Nothing stands for what could not be read.
    pub(super) told: Vec<Option<Told>>,
    /// How many there are on all pages together, where that is said.
    pub(super) total: Option<usize>,
}

/// A history that is being read.
pub(super) struct Walk {
    since: Timestamp,
    notices: Vec<Notice>,
    known: HashSet<String>,
    pages: usize,
    passed: usize,
    /// When the last one was written, as long as none was newer than the one before it.
    oldest: Option<Timestamp>,
    newest_first: bool,
    complete: bool,
}

/// How the reading goes on.
pub(super) enum Progress {
    /// With the next page.
    More,
    /// Not at all.
    Over(History),
}

impl Walk {
    pub(super) fn since(since: Timestamp) -> Self {
        Self {
            since,
            notices: Vec::new(),
            known: HashSet::new(),
            pages: 0,
            passed: 0,
            oldest: None,
            newest_first: true,
            complete: true,
        }
    }

    /// How many notifications lie behind.
    pub(super) fn skip(&self) -> usize {
        self.passed
    }

    /// Takes the page that was asked for with [`Walk::skip`]. What was written meanwhile moves the
    /// rest back, so that some come twice and none is left out.
    pub(super) fn take(&mut self, page: Page) -> Progress {
        self.pages += 1;
        let size = page.told.len();
        self.passed += size;
        page.told.into_iter().for_each(|told| self.pass(told));
        let is_end = size < PAGE && page.total.is_none_or(|total| self.passed >= total);
        let is_old = self.newest_first && self.oldest.is_some_and(|at| at < self.since);
        if is_end || is_old {
            self.over()
        } else if size == 0 || self.pages == PAGES {
            self.complete = false;
            self.over()
        } else {
            Progress::More
        }
    }

    fn pass(&mut self, told: Option<Told>) {
        let Some(Told { notice, created_at }) = told else {
            self.complete = false;
            return;
        };
        let follows = created_at.is_some_and(|at| self.oldest.is_none_or(|before| at <= before));
        self.newest_first &= follows;
        self.oldest = created_at;
        let is_old = created_at.is_some_and(|at| at < self.since);
        if !is_old && self.known.insert(notice.id.clone()) {
            self.notices.push(notice);
        }
    }

    fn over(&mut self) -> Progress {
        Progress::Over(History {
            notices: std::mem::take(&mut self.notices),
            complete: self.complete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: i64 = 1_000;

    /// Number `n` was written `n` before 9,000.
    fn told(n: usize) -> Told {
        let at = 9_000 - i64::try_from(n).unwrap();
        Told {
            notice: Notice {
                id: format!("n-{n}"),
                arrived: false,
            },
            created_at: Some(Timestamp::from_millis(at)),
        }
    }

    fn page(numbers: impl Iterator<Item = usize>, total: usize) -> Page {
        Page {
            told: numbers.map(|n| Some(told(n))).collect(),
            total: Some(total),
        }
    }

    fn walk() -> Walk {
        Walk::since(Timestamp::from_millis(SINCE))
    }

    #[track_caller]
    fn over(progress: Progress) -> (usize, bool) {
        match progress {
            Progress::Over(history) => (history.notices.len(), history.complete),
            Progress::More => panic!("there is more to read"),
        }
    }

    #[track_caller]
    fn more(progress: &Progress) {
        assert!(matches!(progress, Progress::More), "the reading is over");
    }

    #[test]
    fn a_short_page_is_the_end() {
        assert_eq!(over(walk().take(page(0..0, 0))), (0, true));
        assert_eq!(over(walk().take(page(0..3, 3))), (3, true));
        let uncounted = Page {
            total: None,
            ..page(0..3, 0)
        };
        assert_eq!(over(walk().take(uncounted)), (3, true));
    }

    #[test]
    fn every_page_is_read_and_what_comes_twice_counts_once() {
        let mut walk = walk();
        more(&walk.take(page(0..100, 150)));
        assert_eq!(walk.skip(), 100);
        assert_eq!(over(walk.take(page(98..150, 152))), (150, true));
    }

    #[test]
    fn a_short_page_is_not_the_end_while_more_are_counted() {
        let mut walk = walk();
        more(&walk.take(page(0..20, 30)));
        assert_eq!(walk.skip(), 20);
        assert_eq!(over(walk.take(page(20..30, 30))), (30, true));
    }

    #[test]
    fn reading_stops_at_what_is_old_enough() {
        let numbers = (0..99).chain([8_001]);
        assert_eq!(over(walk().take(page(numbers, 5_000))), (99, true));
    }

    #[test]
    fn what_is_old_is_the_end_only_where_the_newest_come_first() {
        let mut walk = walk();
        more(&walk.take(page((0..100).map(|n| 8_099 - n), 101)));
        assert_eq!(over(walk.take(page(50..51, 101))), (1 + 1, true));
    }

    #[test]
    fn what_cannot_be_read_or_is_missing_is_told() {
        let unreadable = Page {
            told: vec![Some(told(0)), None],
            total: Some(2),
        };
        assert_eq!(over(walk().take(unreadable)), (1, false));
        let mut walk = walk();
        more(&walk.take(page(0..100, 150)));
        assert_eq!(over(walk.take(page(0..0, 150))), (100, false));
    }

    #[test]
    fn a_history_without_end_is_given_up() {
        let mut walk = walk();
        for _ in 1..PAGES {
            let skip = walk.skip();
            more(&walk.take(page(skip..skip + PAGE, usize::MAX)));
        }
        let skip = walk.skip();
        let last = walk.take(page(skip..skip + PAGE, usize::MAX));
        assert_eq!(over(last), (PAGES * PAGE, false));
    }
}
