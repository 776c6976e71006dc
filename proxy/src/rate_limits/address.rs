//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap},
};
use ipnet::IpNet;

/// What reverse proxies write whom they speak for into.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of a request: its peer's or, where a trusted proxy is the peer, the nearest one that
/// is not a trusted proxy's. What stands farther left in the header anybody may have written.
pub(super) fn address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = peer(request.extensions());
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer;
    for hop in hops(request.headers()).rev() {
        if !is_trusted(&nearest) {
            break;
        }
        match hop {
            Some(hop) => nearest = hop,
            // What a trusted proxy has not understood is nobody's address.
            None => break,
        }
    }
    nearest
}

/// Whether somebody speaks for others without being trusted to. Nothing is believed of it, but the
/// operator should know.
pub(super) fn speaks_for_others(request: &Request, trusted: &[IpNet]) -> bool {
    let peer = peer(request.extensions());
    request.headers().contains_key(FORWARDED_FOR) && !trusted.iter().any(|net| net.contains(&peer))
}

/// What an address is counted as: a whole network of IPv6, because whoever has one address of it
/// has all.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn peer(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        // A router that is called without a connection.
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(peer)| {
            peer.ip().to_canonical()
        })
}

/// The addresses of the header, from left to right, where they can be read.
fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = Option<IpAddr>> {
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|hop| {
            str::from_utf8(hop)
                .ok()
                .and_then(|hop| hop_address(hop.trim()))
        })
}

/// With or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok();
    address
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn from(peer: &str, forwarded_for: &[&str]) -> Request {
        let mut request = Request::builder();
        for value in forwarded_for {
            request = request.header(FORWARDED_FOR, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }

    #[track_caller]
    fn is(peer: &str, forwarded_for: &[&str], trusted: &[&str], expected: &str) {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let request = from(peer, forwarded_for);
        assert_eq!(address(&request, &trusted).to_string(), expected);
    }

    #[test]
    fn nobody_is_believed_by_default() {
        is("203.0.113.7", &[], &[], "203.0.113.7");
        is("203.0.113.7", &["198.51.100.1"], &[], "203.0.113.7");
        is("127.0.0.1", &["198.51.100.1"], &[], "127.0.0.1");
        is("::ffff:203.0.113.7", &[], &[], "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_before_it() {
        let trusted = ["10.0.0.0/8", "fd00::/8"];
        is("10.0.0.1", &["198.51.100.1"], &trusted, "198.51.100.1");
        is(
            "10.0.0.1",
            &["1.1.1.1, 198.51.100.1"],
            &trusted,
            "198.51.100.1",
        );
        is(
            "10.0.0.1",
            &["1.1.1.1", "198.51.100.1,10.0.0.2"],
            &trusted,
            "198.51.100.1",
        );
        is("fd00::1", &["[2001:db8::1]:443"], &trusted, "2001:db8::1");
        is("10.0.0.1", &["198.51.100.1:8080"], &trusted, "198.51.100.1");
        is("203.0.113.7", &["198.51.100.1"], &trusted, "203.0.113.7");
    }

    #[test]
    fn what_cannot_be_read_ends_at_who_wrote_it() {
        let trusted = ["10.0.0.0/8"];
        is("10.0.0.1", &[], &trusted, "10.0.0.1");
        is("10.0.0.1", &["unknown"], &trusted, "10.0.0.1");
        is(
            "10.0.0.1",
            &["198.51.100.1, ,10.0.0.2"],
            &trusted,
            "10.0.0.2",
        );
        is("10.0.0.1", &["10.0.0.3"], &trusted, "10.0.0.3");
    }

    #[test]
    fn a_network_of_ipv6_is_one_caller() {
        let of = |address: &str| network(address.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
    }
}
