//! What happens to every request, whatever its route.

pub(crate) mod cors;
pub(crate) mod request_id;
pub(crate) mod security;
