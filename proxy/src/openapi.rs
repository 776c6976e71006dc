//! `GET /openapi.json`: the API as it is built, for programs.

use offramp_domain::api::NotificationBody;
use url::Url;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, Ref, ResponseBuilder, Server,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the routes themselves do not say.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Offramp Checkout",
        description = "One API over every provider: a payer sells crypto, and money arrives on a bank \
                       account. Amounts are decimal strings, times RFC 3339 in UTC. Errors are \
                       problems as in RFC 9457.",
    ),
    tags(
        (name = "partner", description = "Called by the partner's backend with OFFRAMP_SECRET_KEY."),
        (name = "checkout", description = "Called by the widget with a session's client token."),
        (name = "orders", description = "Orders, their state and what can be done about them."),
    ),
    components(schemas(NotificationBody)),
    modifiers(&Keys),
)]
pub(crate) struct ApiDoc;

/// The same, and where callers reach it. Without a word about that, it is where they found this.
pub(crate) fn reached_at(
    mut openapi: utoipa::openapi::OpenApi,
    public_url: Option<&Url>,
) -> utoipa::openapi::OpenApi {
    // Paths begin with a slash.
    openapi.servers = public_url.map(|url| vec![Server::new(url.as_str().trim_end_matches('/'))]);
    openapi
}

/// The same, where every call may be refused because there were too many.
pub(crate) fn limited(mut openapi: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for path in openapi.paths.paths.values_mut() {
        for call in [&mut path.get, &mut path.post, &mut path.delete] {
            let Some(call) = call else { continue };
            let problem = Ref::from_schema_name("Problem");
            let refused = ResponseBuilder::new()
                .description("`rate_limited`: as many seconds as `Retry-After` says")
                .content("application/json", Content::new(Some(problem)));
            let responses = &mut call.responses.responses;
            responses.insert("429".to_owned(), refused.build().into());
        }
    }
    openapi
}

struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let keys = [
            (
                "partner_key",
                "OFFRAMP_SECRET_KEY, from the partner's backend only.",
            ),
            (
                "client_token",
                "A session's `client_token`, from the session's origin only.",
            ),
            (
                "resume_token",
                "An order's `resume_token`: reads that order, without its actions and without names.",
            ),
        ];
        for (name, description) in keys {
            let scheme = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(description))
                .build();
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}
