//! Every route, with the operation that faults and counters know it by, the shape of its errors, and
//! whether it asks for the key.

use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post};

use super::gate::{self, Audience};
use super::refusal::Shape;
use super::{
    Unigox, accounts, authorise, catalogue, initiate, kyc, orders, quotes, refund, users, wallets,
    webhooks,
};
use crate::fault::Operation;

/// Where the API begins: the provider's own path behind a prefix of ours.
const PREFIX: &str = "/unigox/api/v1";

impl Unigox {
    /// The routes, each with its faults and its checks of the key.
    pub(crate) fn router(&self) -> Router {
        let routes = self
            .catalogue_routes()
            .merge(self.user_routes())
            .merge(self.order_routes())
            .merge(self.other_routes())
            .fallback(gate::no_such_route)
            .with_state(self.clone());
        Router::new()
            .route("/unigox/health", get(|| async { "ok" }))
            .nest(PREFIX, routes)
    }

    fn catalogue_routes(&self) -> Router<Self> {
        let open = |route: MethodRouter<Self>| {
            let shape = Shape::Keyed;
            gate::guard(self, Operation::Catalogue, shape, Audience::Anybody, route)
        };
        Router::new()
            .route("/health", get(|| async { "ok" }))
            .route(
                "/supported/crypto-currencies",
                open(get(catalogue::crypto_currencies)),
            )
            .route("/supported/blockchains", open(get(catalogue::blockchains)))
            .route(
                "/supported/fiat-currencies",
                open(get(catalogue::fiat_currencies)),
            )
            .route(
                "/supported/payment-rails",
                open(get(catalogue::payment_rails)),
            )
            .route(
                "/supported/institutions",
                open(get(catalogue::institutions)),
            )
            .route("/supported/corridors", open(get(catalogue::corridors)))
            .route("/supported-exchange-pairs", open(get(catalogue::pairs)))
            .route("/partner/liquidity", open(get(catalogue::liquidity)))
    }

    fn user_routes(&self) -> Router<Self> {
        let on =
            |operation, route| gate::guard(self, operation, Shape::Keyed, Audience::Partner, route);
        let coded =
            |operation, route| gate::guard(self, operation, Shape::Coded, Audience::Partner, route);
        let user = "/partner/users/{user}";
        Router::new()
            .route("/partner/users", on(Operation::Users, post(users::create)))
            .route(user, on(Operation::Users, get(users::show)))
            .route(
                &format!("{user}/kyc-submissions"),
                on(Operation::Kyc, post(kyc::submit)),
            )
            .route(
                &format!("{user}/kyc/documents"),
                on(Operation::Kyc, post(kyc::documents)),
            )
            .route(
                &format!("{user}/kyc/verify"),
                on(Operation::Kyc, post(kyc::verify)),
            )
            .route(
                &format!("{user}/kyc"),
                on(Operation::Kyc, patch(kyc::patch)),
            )
            .route(
                &format!("{user}/verification-status"),
                on(Operation::Kyc, get(kyc::status)),
            )
            .route(
                &format!("{user}/payment-details"),
                on(
                    Operation::Accounts,
                    get(accounts::list).post(accounts::create),
                ),
            )
            .route(
                &format!("{user}/payment-details/{{id}}"),
                on(
                    Operation::Accounts,
                    get(accounts::show).delete(accounts::delete),
                ),
            )
            .route(
                &format!("{user}/wallet/challenge"),
                coded(Operation::Wallet, post(wallets::challenge)),
            )
            .route(
                &format!("{user}/wallet"),
                coded(Operation::Wallet, get(wallets::show).post(wallets::link)),
            )
            .route(
                &format!("{user}/deposit-addresses"),
                coded(Operation::Wallet, get(wallets::user_addresses)),
            )
    }

    fn order_routes(&self) -> Router<Self> {
        let on =
            |operation, route| gate::guard(self, operation, Shape::Coded, Audience::Partner, route);
        let order = "/partner/orders/{order}";
        Router::new()
            .route(
                "/partner/offramp/estimate",
                gate::guard(
                    self,
                    Operation::Estimate,
                    Shape::Coded,
                    Audience::Anybody,
                    post(quotes::estimate),
                ),
            )
            .route(
                "/partner/offramp/quote",
                on(Operation::Quote, post(quotes::quote)),
            )
            .route(
                "/partner/offramp/initiate",
                on(Operation::Create, post(initiate::initiate)),
            )
            .route("/partner/orders", on(Operation::List, get(orders::list)))
            .route(order, on(Operation::Read, get(orders::show)))
            .route(
                &format!("{order}/transfer-authorization-parameters"),
                on(Operation::Parameters, get(authorise::parameters)),
            )
            .route(
                &format!("{order}/authorize-crypto-transfer"),
                on(Operation::Authorise, post(authorise::authorise)),
            )
            .route(
                &format!("{order}/confirm-fiat-received"),
                on(Operation::Confirm, post(orders::confirm)),
            )
            .route(
                &format!("{order}/cancel"),
                on(Operation::Cancel, post(orders::cancel)),
            )
            .route(
                &format!("{order}/refund-authorization-parameters"),
                on(Operation::RefundParameters, get(refund::parameters)),
            )
            .route(
                &format!("{order}/authorize-refund"),
                on(Operation::Refund, post(refund::authorise)),
            )
    }

    fn other_routes(&self) -> Router<Self> {
        let on =
            |operation, shape, route| gate::guard(self, operation, shape, Audience::Partner, route);
        let settings = |route| on(Operation::WebhookSettings, Shape::Keyed, route);
        let wallet = |route| on(Operation::Wallet, Shape::Coded, route);
        Router::new()
            .route(
                "/partner/verify-auth",
                on(
                    Operation::Catalogue,
                    Shape::Keyed,
                    get(webhooks::verify_auth),
                ),
            )
            .route(
                "/partner/stats",
                on(Operation::List, Shape::Coded, get(orders::stats)),
            )
            .route(
                "/partner/webhooks",
                settings(get(webhooks::show).post(webhooks::register)),
            )
            .route("/partner/webhooks/test", settings(post(webhooks::test)))
            .route("/partner/webhooks/{id}", settings(delete(webhooks::remove)))
            .route(
                "/partner/deposit-addresses",
                wallet(get(wallets::addresses)),
            )
            .route(
                "/partner/wallet/funding-balance",
                wallet(get(wallets::balance)),
            )
    }
}
