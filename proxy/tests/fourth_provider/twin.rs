//! Tinta's stand-in: its JSON, behind the simulator's clock and faults.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use offramp_simulator::{
    Clock, Decimal, Fault, Moment, Operation,
    fault::{self, Failures, Faults},
    providers::Twin,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The key that it accepts.
pub(crate) const KEY: &str = "sim_tinta_key";

/// Who may sell, and who may not yet.
pub(crate) const VERIFIED: [&str; 2] = ["p-1", "p-2"];
pub(crate) const UNVERIFIED: &str = "p-3";

/// How long Tinta takes to pay what has arrived.
const PAYS_WITHIN: Duration = Duration::from_mins(1);

/// Tinta's stand-in, and the handle on it. Clones are the same Tinta.
#[derive(Clone, Debug)]
pub(crate) struct Tinta {
    clock: Clock,
    faults: Arc<Faults>,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
struct Books {
    /// Newest first.
    sales: Vec<Sale>,
    people: Vec<String>,
}

#[derive(Debug)]
struct Sale {
    id: String,
    person: String,
    our_id: String,
    amount: Decimal,
    iban: String,
    made_at: Moment,
    stands: Stands,
}

#[derive(Debug)]
enum Stands {
    Waiting,
    Arrived(Moment),
    Cancelled,
    Forced(String),
}

#[derive(Deserialize)]
struct Wanted {
    person: String,
    our_id: String,
    amount: Decimal,
    iban: String,
}

#[derive(Deserialize)]
struct Priced {
    amount: Decimal,
    token: String,
    network: String,
}

#[derive(Deserialize)]
struct Asking {
    person: String,
}

enum Refused {
    NotVerified,
    NotFound,
    NotNow,
    NotTraded,
    Amount,
}

type Reply = Result<Json<Value>, Refused>;

impl Tinta {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            faults: Arc::default(),
            books: Arc::default(),
        }
    }

    /// Makes an operation fail once.
    pub(crate) fn fail_once(&self, operation: Operation, fault: Fault) {
        self.faults.switch_on(operation, fault, 1);
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn sales(&self) -> usize {
        self.books().sales.len()
    }

    /// The tokens of a sale arrive.
    pub(crate) fn deposit(&self, id: &str) -> bool {
        let now = self.clock.now();
        self.change(id, |sale| sale.stands = Stands::Arrived(now))
    }

    /// Tinta says this about a sale from now on.
    pub(crate) fn force_status(&self, id: &str, status: &str) -> bool {
        self.change(id, |sale| sale.stands = Stands::Forced(status.to_owned()))
    }

    fn change(&self, id: &str, act: impl FnOnce(&mut Sale)) -> bool {
        let mut books = self.books();
        let sale = books.sales.iter_mut().find(|sale| sale.id == id);
        sale.map(act).is_some()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A route behind the faults of its operation, and behind the key.
    fn on(&self, operation: Operation, route: MethodRouter<Self>) -> MethodRouter<Self> {
        route
            .layer(axum::middleware::from_fn(check_key))
            .layer(from_fn_with_state((self.clone(), operation), fail))
    }
}

impl Twin for Tinta {
    fn name(&self) -> &'static str {
        "tinta"
    }

    fn label(&self) -> &'static str {
        "Tinta"
    }

    fn api(&self) -> Router {
        let routes = Router::new()
            .route("/people", self.on(Operation::Users, post(register)))
            .route("/people/{id}", self.on(Operation::Kyc, get(person)))
            .route("/price", self.on(Operation::Quote, get(price)))
            .route(
                "/sales",
                self.on(Operation::List, get(list))
                    .merge(self.on(Operation::Create, post(create))),
            )
            .route("/sales/{id}", self.on(Operation::Read, get(read)))
            .route(
                "/sales/{id}/cancel",
                self.on(Operation::Cancel, post(cancel)),
            );
        Router::new().nest("/tinta", routes.with_state(self.clone()))
    }
}

impl Failures for Tinta {
    fn server_error(&self, _: Operation) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }

    fn too_many_requests(&self) -> Response {
        StatusCode::TOO_MANY_REQUESTS.into_response()
    }

    fn first_status(&self) -> &'static str {
        "waiting"
    }
}

async fn fail(
    State((tinta, operation)): State<(Tinta, Operation)>,
    request: Request,
    next: Next,
) -> Response {
    fault::answer(&tinta.faults, operation, &tinta, request, next).await
}

async fn check_key(request: Request, next: Next) -> Response {
    let key = request.headers().get("tinta-key");
    if key.is_some_and(|key| key.as_bytes() == KEY.as_bytes()) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = match self {
            Self::NotVerified => json!({ "refused": "not_verified" }),
            Self::NotFound => json!({ "refused": "not_found" }),
            Self::NotNow => json!({ "refused": "not_now" }),
            Self::NotTraded => json!({ "refused": "not_traded" }),
            Self::Amount => json!({ "refused": "amount", "min": "10", "max": "1000" }),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
    }
}

impl Sale {
    fn status(&self, now: Moment) -> &str {
        match &self.stands {
            Stands::Waiting => "waiting",
            Stands::Arrived(at) if now < at.plus(PAYS_WITHIN) => "arrived",
            Stands::Arrived(_) => "paid",
            Stands::Cancelled => "cancelled",
            Stands::Forced(status) => status,
        }
    }

    fn shown(&self, now: Moment) -> Value {
        json!({
            "id": self.id, "our_id": self.our_id, "status": self.status(now),
            "amount": self.amount.to_string(), "euros": euros(self.amount),
            "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "iban": self.iban,
            "made_at": self.made_at,
        })
    }
}

fn rate() -> Decimal {
    Decimal::new(9, 1)
}

/// Whole cents.
fn euros(amount: Decimal) -> String {
    format!("{:.2}", amount * rate())
}

/// Whoever is known already is found again.
async fn register(State(tinta): State<Tinta>, Json(body): Json<Value>) -> Json<Value> {
    let reference = body["reference"].as_str().unwrap_or_default().to_owned();
    let mut books = tinta.books();
    let known = books.people.iter().position(|person| *person == reference);
    let nth = known.unwrap_or_else(|| {
        books.people.push(reference);
        books.people.len() - 1
    });
    Json(json!({ "id": format!("n-{nth}"), "verified": false }))
}

async fn person(Path(id): Path<String>) -> Json<Value> {
    let verified = VERIFIED.contains(&id.as_str());
    Json(json!({ "id": id, "verified": verified }))
}

async fn price(Query(asked): Query<Priced>) -> Reply {
    if asked.token != "USDC" || asked.network != "POL" {
        return Err(Refused::NotTraded);
    }
    let (rate, euros) = (rate().to_string(), euros(asked.amount));
    Ok(Json(json!({ "rate": rate, "euros": euros })))
}

async fn create(State(tinta): State<Tinta>, Json(wanted): Json<Wanted>) -> Reply {
    let Wanted {
        person,
        our_id,
        amount,
        iban,
    } = wanted;
    if !VERIFIED.contains(&person.as_str()) {
        return Err(Refused::NotVerified);
    }
    if amount < Decimal::TEN || amount > Decimal::ONE_THOUSAND {
        return Err(Refused::Amount);
    }
    let now = tinta.clock.now();
    let mut books = tinta.books();
    let sale = Sale {
        id: format!("s-{}", books.sales.len() + 1),
        person,
        our_id,
        amount,
        iban,
        made_at: now,
        stands: Stands::Waiting,
    };
    let shown = sale.shown(now);
    books.sales.insert(0, sale);
    Ok(Json(shown))
}

async fn list(State(tinta): State<Tinta>, Query(asking): Query<Asking>) -> Json<Vec<Value>> {
    let (books, now) = (tinta.books(), tinta.clock.now());
    let theirs = books
        .sales
        .iter()
        .filter(|sale| sale.person == asking.person);
    Json(theirs.map(|sale| sale.shown(now)).collect())
}

async fn read(
    State(tinta): State<Tinta>,
    Path(id): Path<String>,
    Query(asking): Query<Asking>,
) -> Reply {
    let (books, now) = (tinta.books(), tinta.clock.now());
    let mut theirs = books
        .sales
        .iter()
        .filter(|sale| sale.person == asking.person);
    let sale = theirs.find(|sale| sale.id == id).ok_or(Refused::NotFound)?;
    Ok(Json(sale.shown(now)))
}

async fn cancel(State(tinta): State<Tinta>, Path(id): Path<String>) -> Reply {
    let now = tinta.clock.now();
    let mut books = tinta.books();
    let mut sales = books.sales.iter_mut();
    let sale = sales.find(|sale| sale.id == id).ok_or(Refused::NotFound)?;
    if sale.status(now) != "waiting" {
        return Err(Refused::NotNow);
    }
    sale.stands = Stands::Cancelled;
    Ok(Json(sale.shown(now)))
}
