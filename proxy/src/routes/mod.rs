//! The routes of the neutral API, one file per resource.

pub(crate) mod actions;
pub(crate) mod checkout;
pub(crate) mod destinations;
pub(crate) mod extract;
pub(crate) mod health;
pub(crate) mod notifications;
pub(crate) mod orders;
pub(crate) mod quotes;
pub(crate) mod sessions;
pub(crate) mod wallets;
pub(crate) mod webhooks;
pub(crate) mod widget;
