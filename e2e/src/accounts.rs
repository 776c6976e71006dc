//! Bank accounts that pass every check, from published examples. None of them is anybody's.

/// An account in one country, as a payer types it.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The value of the country in the first step.
    pub country: &'static str,
    /// The currency it is paid in.
    pub currency: &'static str,
    /// Name and value of each answer, in the form's order.
    pub answers: &'static [(&'static str, &'static str)],
    /// The number as the provider has to be told it.
    pub number: &'static str,
    /// The end of the number, which is all that screens show of it.
    pub masked: &'static str,
}

/// The CLABE of Capa's own examples, typed with blanks.
pub const MEXICO: Account = Account {
    country: "MX",
    currency: "MXN",
    answers: &[("clabe", "014 680 26034600712 0")],
    number: "014680260346007120",
    masked: "7120",
};

/// The example of the IBAN registry; the cédula of python-stdnum's documentation.
pub const DOMINICAN_REPUBLIC: Account = Account {
    country: "DO",
    currency: "DOP",
    answers: &[
        ("bank_name", "Banreservas"),
        ("account_type", "savings"),
        ("account_number", "DO28 BAGR 0000 0001 2124 5361 1324"),
        ("document_type", "cedula"),
        ("document_identifier", "001-1391820-5"),
    ],
    number: "DO28BAGR00000001212453611324",
    masked: "1324",
};

/// The routing number of the Federal Reserve Bank of Boston.
pub const UNITED_STATES: Account = Account {
    country: "US",
    currency: "USD",
    answers: &[
        ("routing_number", "011000015"),
        ("account_number", "0123456789"),
        ("account_number_again", "0123456789"),
        ("bank_name", "Federal Reserve Bank of Boston"),
        ("holder_type", "individual"),
        ("first_name", "Ana"),
        ("last_name", "López Núñez"),
        ("street_line1", "600 Atlantic Avenue"),
        ("city", "Boston"),
        ("state", "MA"),
        ("postal_code", "02210"),
        ("address_country", "US"),
    ],
    number: "0123456789",
    masked: "6789",
};

/// The German example of the IBAN registry and its bank; a business.
pub const SEPA: Account = Account {
    country: "SEPA",
    currency: "EUR",
    answers: &[
        ("iban", "DE89 3704 0044 0532 0130 00"),
        ("bic", "COBADEFFXXX"),
        ("bank_name", "Commerzbank"),
        ("holder_type", "business"),
        ("business_name", "Cobalto GmbH & Co. KG"),
    ],
    number: "DE89370400440532013000",
    masked: "3000",
};

/// One account in each country.
pub const ALL: [Account; 4] = [MEXICO, DOMINICAN_REPUBLIC, UNITED_STATES, SEPA];
