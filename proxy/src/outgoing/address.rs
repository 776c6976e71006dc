//! Where a call goes: to the configured origin, below the configured path, and nowhere else.

use url::Url;

use super::failure::NotSent;

/// The address of `path` below `base`. Every part of the path is one segment, whatever is in it.
pub(super) fn below(
    base: &Url,
    path: &[&str],
    query: &[(&'static str, String)],
) -> Result<Url, NotSent> {
    let mut url = base.clone();
    url.path_segments_mut()
        .map_err(|()| NotSent::Address)?
        .pop_if_empty()
        .extend(path);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    if is_below(base, &url, path.len()) {
        Ok(url)
    } else {
        Err(NotSent::Address)
    }
}

/// Whether an address has the origin and the path of `base`, and exactly `more` segments after them.
/// A segment like `..` is left out by whoever writes addresses: then there are fewer.
fn is_below(base: &Url, url: &Url, more: usize) -> bool {
    let begins = || base.path_segments().into_iter().flatten();
    let kept = begins().filter(|segment| !segment.is_empty()).count();
    let segments = || url.path_segments().into_iter().flatten();
    url.origin() == base.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && segments().count() == kept + more
        && segments().all(|segment| !segment.is_empty())
        && begins()
            .filter(|segment| !segment.is_empty())
            .eq(segments().take(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(base: &str, path: &[&str]) -> Option<String> {
        let base: Url = base.parse().unwrap();
        below(&base, path, &[]).ok().map(String::from)
    }

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        let path = ["transactions", "../users?x#y", "cancel"];
        for (base, expected) in [
            ("https://host.example", "https://host.example"),
            ("http://127.0.0.1:1/a/", "http://127.0.0.1:1/a"),
        ] {
            let expected = format!("{expected}/transactions/..%2Fusers%3Fx%23y/cancel");
            assert_eq!(address(base, &path), Some(expected));
        }
    }

    #[test]
    fn an_id_cannot_lead_to_another_host() {
        for id in [
            "//evil.example",
            "https://evil.example/",
            "@evil.example",
            "\\\\evil.example",
            ":80@evil.example",
        ] {
            let found = address("https://host.example", &["transactions", id]).unwrap();
            assert!(
                found.starts_with("https://host.example/transactions/"),
                "{found}"
            );
            assert_eq!(found.matches('/').count(), 4, "{found}");
        }
    }

    #[test]
    fn an_id_that_is_a_step_or_nothing_is_refused() {
        for id in ["..", ".", "", "%2e%2e", ".%2E"] {
            let found = address("https://host.example", &["transactions", id, "cancel"]);
            let is_literal = found.as_deref().is_none_or(|found| found.contains("%25"));
            assert!(is_literal, "{id}: {found:?}");
        }
        assert_eq!(
            address("https://host.example", &["transactions", ".."]),
            None
        );
        assert_eq!(address("https://host.example", &["transactions", ""]), None);
    }

    #[test]
    fn a_query_is_escaped() {
        let base: Url = "https://host.example".parse().unwrap();
        let url = below(&base, &["quotes"], &[("a", "b&c=d".to_owned())]).unwrap();
        assert_eq!(url.as_str(), "https://host.example/quotes?a=b%26c%3Dd");
    }

    #[test]
    fn what_has_no_path_is_no_server() {
        assert_eq!(address("mailto:ana@shop.example", &["quotes"]), None);
    }
}
